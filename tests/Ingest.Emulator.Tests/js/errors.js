// What the SDK makes of the emulator's refusals.
const { producer, outcome, run } = require("./clients");

run(async () => {
  const client = producer(), stranger = producer(undefined, "no-such-hub");
  const result = {};
  result.oversize = await outcome(() => client.sendBatch([{ body: "x".repeat(1200000) }]));
  result.afterOversize = await outcome(() => client.sendBatch([{ body: "x" }]));
  const full = await client.createBatch();
  while (full.tryAdd({ body: "y".repeat(2000) }));
  result.fullBatch = await outcome(() => client.sendBatch(full));
  result.fullBatchEvents = full.count;
  result.badPartition = await outcome(() => client.sendBatch([{ body: "x" }], { partitionId: "99" }));
  result.badPartitionProperties = await outcome(() => client.getPartitionProperties("99"));
  result.noHub = await outcome(() => stranger.sendBatch([{ body: 1 }]));
  result.noHubProperties = await outcome(() => stranger.getEventHubProperties());
  return result;
});
