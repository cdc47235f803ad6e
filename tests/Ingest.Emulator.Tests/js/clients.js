const hubs = require("@azure/event-hubs");

const connectionString = process.env.CONNECTION_STRING;
const hub = process.env.HUB || "telemetry";
const impatient = { retryOptions: { maxRetries: 1, retryDelayInMs: 100, timeoutInMs: 5000 } };

exports.hubs = hubs;
exports.hub = hub;
exports.producer = (options = impatient, name = hub) => new hubs.EventHubProducerClient(connectionString, name, options);
exports.consumer = (options = impatient, name = hub) => new hubs.EventHubConsumerClient("$Default", connectionString, name, options);
exports.delay = ms => new Promise(resolve => setTimeout(resolve, ms));

// The tests read the last line; exiting at once spares them the time-outs of clients that a script left open.
exports.report = result => process.stdout.write(JSON.stringify(result) + "\n", () => process.exit(0));
exports.run = main => main().then(exports.report, error => { console.error(error); process.exit(1); });

// What an operation came to, as the SDK reports it.
exports.outcome = async operation => {
  try {
    await operation();
    return "ok";
  } catch (error) {
    return error.code || error.name;
  }
};

// Receives until `until(events)` holds, and gives back the events in order of arrival.
exports.receive = (client, partition, options, until) => new Promise((resolve, reject) => {
  const events = [];
  const subscription = client.subscribe(partition, {
    processEvents: async (received, context) => {
      events.push(...received.map(event => Object.assign(event, { context })));
      if (until(events)) subscription.close().then(() => resolve(events), reject);
    },
    processError: async error => reject(error)
  }, { maxWaitTimeInSeconds: 1, ...options });
});
