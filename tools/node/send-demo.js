// Sends the demo's events with the Event Hubs SDK and reports on standard output, one JSON object a line.
//   node send-demo.js CONNECTION HUB EVENTS BROKEN_FILE
// BROKEN_FILE: JSON array of { kind, type, contentEncoding?, body (base64) }.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { EventHubProducerClient } = require('@azure/event-hubs');

const MAX_EVENTS_PER_BATCH = 1000;
const BATCHES_IN_FLIGHT = 8;
const REPORT_EVERY_MS = 200;
// Ten flights to a route, as the two files are sized.
const FLIGHTS_TO_A_ROUTE = 10;

function report(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

function loadRecords(file, type) {
  // The package exports neither its data files nor its package.json, so resolving by name is no way to find them.
  const data = path.join(__dirname, 'node_modules', 'vega-datasets', 'data');
  const properties = { type };
  return JSON.parse(fs.readFileSync(path.join(data, file), 'utf8')).map((record) => ({
    body: Buffer.from(JSON.stringify(record)),
    contentType: 'application/json',
    properties,
  }));
}

function loadBroken(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8')).map((event) => ({
    body: Buffer.from(event.body, 'base64'),
    contentType: 'application/json',
    properties: {
      type: event.type,
      'demo-kind': event.kind,
      ...(event.contentEncoding ? { 'content-encoding': event.contentEncoding } : {}),
    },
  }));
}

/** Good events in a steady mix, the broken ones spread evenly among them. */
function* mix(count, broken) {
  const flights = loadRecords('flights-200k.json', 'flights');
  const routes = loadRecords('flights-20k.json', 'routes');
  let flight = 0;
  let route = 0;
  let spent = 0;
  for (let i = 0; i < count; i++) {
    while (spent < broken.length && spent * count <= i * broken.length) {
      yield broken[spent++];
    }
    if (i % (FLIGHTS_TO_A_ROUTE + 1) === FLIGHTS_TO_A_ROUTE) {
      yield routes[route++ % routes.length];
    } else {
      yield flights[flight++ % flights.length];
    }
  }
  while (spent < broken.length) {
    yield broken[spent++];
  }
}

async function main([connection, hub, events, brokenFile]) {
  const producer = new EventHubProducerClient(connection, hub);
  const queue = [...mix(Number(events), loadBroken(brokenFile))];
  const partitions = await producer.getPartitionIds();
  report({ ready: queue.length });

  let next = 0;
  let sent = 0;
  let batchNumber = 0;
  let lastReport = Date.now();
  const fill = async () => {
    const batch = await producer.createBatch({ partitionId: partitions[batchNumber++ % partitions.length] });
    while (next < queue.length && batch.count < MAX_EVENTS_PER_BATCH && batch.tryAdd(queue[next])) {
      next++;
    }
    if (batch.count === 0 && next < queue.length) {
      throw new Error('An event is larger than a batch may be.');
    }
    return batch;
  };
  const lane = async () => {
    while (next < queue.length) {
      const batch = await fill();
      if (batch.count === 0) {
        return; // The other lanes took the rest meanwhile.
      }
      await producer.sendBatch(batch);
      sent += batch.count;
      if (Date.now() - lastReport >= REPORT_EVERY_MS) {
        lastReport = Date.now();
        report({ sent });
      }
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, lane));
  await producer.close();
  report({ sent, done: true });
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(1); // Open connections would keep the process alive.
});
