// Sends events of every kind and reports what comes back.
const { producer, consumer, hubs, receive, run } = require("./clients");

run(async () => {
  const sender = producer(), receiver = consumer();
  const hubProperties = await sender.getEventHubProperties();
  const empty = await sender.getPartitionProperties("1");
  await sender.sendBatch([{
    body: { t: 21.5 }, contentType: "application/json", messageId: "m1", correlationId: "c1",
    properties: { text: "s", int: 5, float: 1.5, long: 2 ** 40, flag: true }
  }, { body: Buffer.from("raw") }, { body: "text" }], { partitionId: "1" });
  const keyed = await sender.createBatch({ partitionKey: "device-1" });
  for (let i = 0; i < 3; i++) keyed.tryAdd({ body: i });
  await sender.sendBatch(keyed);
  await sender.sendBatch([{ body: { amqp: 1 }, bodyType: "value", messageAnnotations: { "iothub-connection-device-id": "d-7" }, applicationProperties: { z: 9 } }], { partitionId: "1" });

  const events = await receive(receiver, "1", { startPosition: hubs.earliestEventPosition, trackLastEnqueuedEventProperties: true }, all => all.length >= 4);
  const full = await sender.getPartitionProperties("1");
  let keyedPartition = null;
  for (const id of hubProperties.partitionIds) {
    if (id !== "1" && !(await sender.getPartitionProperties(id)).isEmpty) keyedPartition = id;
  }
  const withKey = keyedPartition === null ? [] : await receive(receiver, keyedPartition, { startPosition: hubs.earliestEventPosition }, all => all.length >= 3);
  return {
    name: hubProperties.name, partitions: hubProperties.partitionIds, createdOn: hubProperties.createdOn.getTime(),
    maxBatch: keyed.maxSizeInBytes, emptyOffset: empty.lastEnqueuedOffset, emptyLast: empty.lastEnqueuedSequenceNumber, wasEmpty: empty.isEmpty,
    last: full.lastEnqueuedSequenceNumber, lastOffset: full.lastEnqueuedOffset, isEmpty: full.isEmpty,
    trackedLast: events[3].context.lastEnqueuedEventProperties.sequenceNumber,
    events: events.slice(0, 4).map(e => ({
      sequenceNumber: e.sequenceNumber, offset: e.offset, body: Buffer.isBuffer(e.body) ? e.body.toString() : JSON.stringify(e.body),
      contentType: e.contentType, messageId: e.messageId, correlationId: e.correlationId, properties: JSON.stringify(e.properties),
      device: e.systemProperties["iothub-connection-device-id"]
    })),
    keys: withKey.map(e => e.partitionKey)
  };
});
