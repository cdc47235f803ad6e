// Connects many times in a row; a connection that hangs shows up as a time-out.
const { producer, delay, run } = require("./clients");

run(async () => {
  let connected = 0, hung = 0;
  for (let i = 0; i < 20; i++) {
    const client = producer();
    const answer = await Promise.race([client.getEventHubProperties().then(() => true), delay(3000).then(() => false)]);
    answer ? connected++ : hung++;
    client.close().catch(() => {});
  }
  return { connected, hung };
});
