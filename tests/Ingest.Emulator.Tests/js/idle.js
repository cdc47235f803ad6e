// Leaves a sender and a receiver idle for SECONDS, longer than their idle-time-out; then both must still work.
const { producer, consumer, hubs, delay, run } = require("./clients");

run(async () => {
  const sender = producer();
  let errors = 0, received = 0;
  consumer().subscribe("0", {
    processEvents: async events => { received += events.length; },
    processError: async () => { errors++; }
  }, { startPosition: hubs.earliestEventPosition, maxWaitTimeInSeconds: 300 });
  await sender.sendBatch([{ body: 1 }], { partitionId: "0" });
  while (received < 1) await delay(50);
  await delay(Number(process.env.SECONDS) * 1000);
  await sender.sendBatch([{ body: 2 }], { partitionId: "0" });
  for (let waited = 0; received < 2 && waited < 10000; waited += 50) await delay(50);
  return { received, errors };
});
