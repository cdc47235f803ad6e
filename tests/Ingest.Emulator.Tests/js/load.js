// Sends COUNT events over all partitions and receives them all, checking order and content.
const { producer, consumer, hubs, run } = require("./clients");

const count = Number(process.env.COUNT), batchSize = 500;

async function send(client, partitions) {
  const pad = "x".repeat(180);
  await Promise.all(partitions.map(async partitionId => {
    for (let seq = 0; seq < count / partitions.length;) {
      const batch = await client.createBatch({ partitionId });
      while (batch.count < batchSize && seq < count / partitions.length && batch.tryAdd({ body: { seq, partitionId, pad } })) seq++;
      await client.sendBatch(batch);
    }
  }));
}

function receive(client) {
  const next = {}, result = { received: 0, wrong: 0, errors: 0 };
  return new Promise(resolve => {
    const subscription = client.subscribe({
      processEvents: async (events, { partitionId }) => {
        for (const event of events) {
          const expected = next[partitionId] ?? 0;
          if (event.sequenceNumber !== expected || event.body.seq !== expected || event.body.partitionId !== partitionId) result.wrong++;
          next[partitionId] = expected + 1;
        }
        result.received += events.length;
        if (result.received >= count) subscription.close().then(() => resolve({ ...result, next }));
      },
      processError: async () => { result.errors++; }
    }, { startPosition: hubs.earliestEventPosition, maxBatchSize: 200, maxWaitTimeInSeconds: 1 });
  });
}

run(async () => {
  const sender = producer(), receiver = consumer();
  const { partitionIds } = await sender.getEventHubProperties();
  const begun = performance.now();
  await send(sender, partitionIds);
  const sent = performance.now();
  const result = await receive(receiver);
  console.error(`sent in ${Math.round(sent - begun)} ms, received in ${Math.round(performance.now() - sent)} ms`);
  return result;
});
