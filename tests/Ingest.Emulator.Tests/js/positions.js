// Receives once from every kind of position; TIME is between the third and the fourth of six events.
const { consumer, producer, hubs, delay, receive, run } = require("./clients");

run(async () => {
  const client = consumer(), sender = producer();
  const from = async startPosition => (await receive(client, "0", { startPosition }, all => all.length >= 1 && all.at(-1).sequenceNumber === 5))
    .map(event => event.sequenceNumber);
  const earliest = await from(hubs.earliestEventPosition);
  const all = await receive(client, "0", { startPosition: hubs.earliestEventPosition }, events => events.length === 6);
  const result = {
    earliest,
    afterSequence: await from({ sequenceNumber: 2 }),
    fromSequence: await from({ sequenceNumber: 2, isInclusive: true }),
    afterOffset: await from({ offset: all[3].offset }),
    fromOffset: await from({ offset: all[3].offset, isInclusive: true }),
    afterTime: await from({ enqueuedOn: Number(process.env.TIME) })
  };
  // Nothing tells when the receiver has attached, so new events keep coming until it gets one.
  let got = null;
  receive(client, "0", { startPosition: hubs.latestEventPosition }, events => events.length >= 1).then(events => { got = events; });
  while (got === null) {
    await sender.sendBatch([{ body: "new" }], { partitionId: "0" });
    await delay(20);
  }
  result.latest = got[0].sequenceNumber;
  return result;
});
