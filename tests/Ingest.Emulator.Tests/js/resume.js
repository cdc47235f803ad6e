// Receives COUNT events although something happens to the link on the way.
const { consumer, hubs, delay, run } = require("./clients");

run(async () => {
  const numbers = [], errors = [];
  await Promise.race([delay(20000), new Promise(resolve => {
    consumer({ retryOptions: { maxRetries: 3, retryDelayInMs: 100, timeoutInMs: 5000 } }).subscribe("0", {
      processEvents: async events => {
        numbers.push(...events.map(event => event.sequenceNumber));
        if (numbers.length >= Number(process.env.COUNT)) resolve();
      },
      processError: async error => { errors.push(error.code || error.message); }
    }, { startPosition: hubs.earliestEventPosition, maxBatchSize: 30, maxWaitTimeInSeconds: 1 });
  })]);
  return { numbers, errors };
});
