// Which partition the SDK computes for a key, beside the one it was sent to.
const path = require("path");
const { producer, run } = require("./clients");
const { mapPartitionKeyToId } = require(path.join(process.env.NODE_PATH, "@azure/event-hubs/dist/commonjs/impl/partitionKeyToIdMapper.js"));

run(async () => {
  const client = producer();
  const { partitionIds } = await client.getEventHubProperties();
  const keys = Array.from({ length: 40 }, (_, i) => "k".repeat(i) + i).concat("gerät-ä", "日本");
  for (const partitionKey of keys) await client.sendBatch([{ body: 1 }], { partitionKey });
  return keys.map(key => ({ key, partition: mapPartitionKeyToId(key, partitionIds.length) }));
});
