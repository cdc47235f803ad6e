// Writes events as other implementations write them: the cloudevents, avsc, protobufjs and csv-stringify packages, and libzstd compiled
// to WebAssembly. One JSON object on standard output.
const { CloudEvent, HTTP } = require('cloudevents');
const avro = require('avsc');
const protobuf = require('protobufjs');
const snappyjs = require('snappyjs');
const { stringify } = require('csv-stringify/sync');
const { Zstd } = require('@hpcc-js/wasm-zstd');
const descriptorExtension = require('protobufjs/ext/descriptor');
const zlib = require('zlib');
const { Writable } = require('stream');

const base64 = bytes => Buffer.from(bytes).toString('base64');

function cloudEvents() {
  const make = (id, data, more = {}) => new CloudEvent({
    id, source: '/meters/7', type: 'com.contoso.reading', time: '2026-11-23T06:00:00.123Z', datacontenttype: 'application/json', data, ...more,
  });
  const first = make('a-1', { n: 1, s: 'grüße ☃ "quoted"' }, { subject: 'küche', tenant: 'blue', priority: 5, urgent: true });
  const second = make('a-2', { n: 2 });
  const structured = HTTP.structured(first);
  const binary = HTTP.binary(first);
  // The AMQP binding has the attributes of HTTP's headers under a prefix of its own.
  const properties = {};
  for (const [name, value] of Object.entries(binary.headers)) {
    if (name.startsWith('ce-')) properties[name.substring(3)] = String(value);
  }
  const raw = new CloudEvent({ id: 'b-1', source: 'urn:x', type: 't', datacontenttype: 'application/json', data_base64: base64(Buffer.from('{"n":9}')) });
  return {
    structured: base64(structured.body),
    contentType: structured.headers['content-type'],
    batch: base64(JSON.stringify([first, second].map(e => e.toJSON()))),
    binaryBody: base64(binary.body),
    binaryContentType: binary.headers['content-type'],
    properties,
    base64Data: base64(JSON.stringify(raw)),
  };
}

const avroSchema = {
  type: 'record', name: 'Reading', namespace: 'com.contoso', fields: [
    { name: 'deviceId', type: 'string' },
    { name: 'count', type: 'long' },
    { name: 'small', type: 'int' },
    { name: 'ratio', type: 'double' },
    { name: 'single', type: 'float' },
    { name: 'on', type: 'boolean' },
    { name: 'note', type: ['null', 'string'], default: null },
    { name: 'level', type: ['long', 'null'] },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'atMicros', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'uuid', type: { type: 'string', logicalType: 'uuid' } },
    { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
    { name: 'raw', type: 'bytes' },
    { name: 'crc', type: { type: 'fixed', name: 'Crc', size: 4 } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['COLD', 'WARM', 'HOT'] } },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'gaps', type: { type: 'array', items: ['null', 'int'] } },
    { name: 'labels', type: { type: 'map', values: 'int' } },
    { name: 'place', type: ['null', { type: 'record', name: 'Place', fields: [{ name: 'lat', type: 'double' }, { name: 'name', type: ['null', 'string'] }] }] },
    { name: 'parts', type: { type: 'array', items: { type: 'record', name: 'Part', fields: [{ name: 'n', type: 'int' }] } } },
    { name: 'either', type: ['null', 'string', 'int'] },
  ],
};

function avroRecords() {
  const random = seeded(7);
  return Array.from({ length: 200 }, (_, i) => ({
    deviceId: `d-${i} ${i % 3 ? 'é☃' : ''}`,
    count: (i - 100) * 90071992547,
    small: (i - 100) * 21474836,
    ratio: (random() - 0.5) * 1e12,
    single: Math.fround(random()),
    on: i % 2 === 0,
    note: i % 3 ? null : `note ${i}`,
    level: i % 4 ? i : null,
    at: 1795000000000 + i * 1001,
    atMicros: 1795000000000000 + i * 1003,
    day: 20000 + i,
    uuid: `7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1${(i % 256).toString(16).padStart(2, '0')}`,
    price: decimal(BigInt((i - 100) * 1234)),
    raw: Buffer.from([i % 256, 0, 255]),
    crc: Buffer.from([1, 2, 3, i % 256]),
    kind: ['COLD', 'WARM', 'HOT'][i % 3],
    tags: Array.from({ length: i % 4 }, (_, t) => `t${t}`),
    gaps: Array.from({ length: i % 3 }, (_, t) => (t % 2 ? null : t * i)),
    labels: Object.fromEntries(Array.from({ length: i % 3 }, (_, t) => [`k${t}`, t])),
    place: i % 2 ? { lat: i / 7, name: i % 3 ? 'x' : null } : null,
    parts: Array.from({ length: i % 3 }, (_, n) => ({ n })),
    either: [null, 'text', 5][i % 3],
  }));
}

function decimal(value) {
  const bytes = [];
  do {
    bytes.unshift(Number(value & 0xffn));
    value >>= 8n;
  } while (!((value === 0n && bytes[0] < 128) || (value === -1n && bytes[0] >= 128)));
  return Buffer.from(bytes);
}

async function avroEvents() {
  const records = avroRecords();
  const type = avro.Type.forSchema(avroSchema);
  const data = records.map(r => type.toBuffer(r));
  const container = async (codec, codecs, some = records) => {
    const encoder = new avro.streams.BlockEncoder(avroSchema, { codec, codecs, blockSize: 2000, writeHeader: true });
    const chunks = [];
    const sink = new Writable({ write(chunk, _, done) { chunks.push(chunk); done(); } });
    const finished = new Promise((resolve, reject) => sink.on('finish', resolve).on('error', reject));
    encoder.pipe(sink);
    some.forEach(r => encoder.write(r));
    encoder.end();
    await finished;
    return base64(Buffer.concat(chunks));
  };
  // The specification has the big-endian CRC-32 of the data behind each snappy block; avsc leaves codecs to its users.
  const snappy = (buf, cb) => {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(buf));
    cb(null, Buffer.concat([Buffer.from(snappyjs.compress(buf)), checksum]));
  };
  const libzstd = await Zstd.load();
  const zstandard = (buf, cb) => cb(null, Buffer.from(libzstd.compress(buf)));
  // An older writer: without some fields, with one more, another order, an int where the reader has a long.
  const old = avro.Type.forSchema({
    type: 'record', name: 'Reading', namespace: 'com.contoso', fields: [
      { name: 'gone', type: { type: 'map', values: 'string' } },
      { name: 'count', type: 'int' },
      { name: 'deviceId', type: 'string' },
    ],
  });
  const evolved = {
    type: 'record', name: 'Reading', namespace: 'com.contoso', fields: [
      { name: 'deviceId', type: 'string' },
      { name: 'count', type: 'double' },
      { name: 'unit', type: 'string', default: 'C' },
      { name: 'tags', type: { type: 'array', items: 'string' }, default: ['x'] },
      { name: 'place', type: ['null', 'string'], default: null },
    ],
  };
  const oldEncoder = new avro.streams.BlockEncoder(old, { codec: 'null' });
  const oldChunks = [];
  const sink = new Writable({ write(chunk, _, done) { oldChunks.push(chunk); done(); } });
  const finished = new Promise(resolve => sink.on('finish', resolve));
  oldEncoder.pipe(sink);
  oldEncoder.end({ gone: { a: 'b' }, count: 42, deviceId: 'old' });
  await finished;
  return {
    schema: JSON.stringify(avroSchema),
    md5: Buffer.from(type.fingerprint('md5')).toString('hex'),
    data: data.map(base64),
    containers: {
      null: await container('null'),
      deflate: await container('deflate', { deflate: (buf, cb) => zlib.deflateRaw(buf, cb) }),
      small: await container('null', undefined, records.slice(0, 6)),
      snappy: await container('snappy', { snappy }),
      zstandard: await container('zstandard', { zstandard }),
      smallZstandard: await container('zstandard', { zstandard }, records.slice(0, 6)),
      smallSnappy: await container('snappy', { snappy }, records.slice(0, 6)),
      smallDeflate: await container('deflate', { deflate: (buf, cb) => zlib.deflateRaw(buf, cb) }, records.slice(0, 6)),
    },
    records: records.map(r => ({ ...r, price: base64(r.price), raw: base64(r.raw), crc: base64(r.crc) })),
    old: base64(Buffer.concat(oldChunks)),
    oldSchema: JSON.stringify(old.schema()),
    oldDatum: base64(old.toBuffer({ gone: {}, count: 7, deviceId: 'o2' })),
    evolved: JSON.stringify(evolved),
  };
}

const proto = `
syntax = "proto3";
package contoso;
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Kind { COLD = 0; WARM = 1; HOT = 2; }
message Reading {
  string device_id = 1;
  int64 count = 2;
  int32 small = 3;
  sint64 zig = 4;
  uint32 positive = 5;
  fixed32 f32 = 6;
  sfixed64 sf64 = 7;
  double ratio = 8;
  float single = 9;
  bool on = 10;
  bytes raw = 11;
  Kind kind = 12;
  repeated int32 packed = 13;
  repeated int32 loose = 14 [packed = false];
  repeated string tags = 15;
  map<string, int64> labels = 16;
  Place place = 17;
  repeated Place places = 18;
  google.protobuf.Timestamp at = 19;
  google.protobuf.DoubleValue maybe = 20;
  oneof either { string text = 21; int32 number = 22; }
  optional int32 explicit = 23;
  Place deep = 300;
}
message Place { double lat = 1; string name = 2; Inner inner = 3; }
message Inner { int32 n = 1; Place back = 2; }
`;

function protobufEvents() {
  const root = new protobuf.Root();
  for (const name of ['google/protobuf/timestamp.proto', 'google/protobuf/wrappers.proto']) {
    root.addJSON(protobuf.common.get(name).nested);
  }
  protobuf.parse(proto, root, { keepCase: true });
  root.resolveAll();
  const type = root.lookupType('contoso.Reading');
  const set = root.toDescriptor('proto3');
  const descriptor = protobuf.descriptor.FileDescriptorSet.encode(set).finish();
  const random = seeded(3);
  const records = Array.from({ length: 200 }, (_, i) => {
    const r = {
      device_id: `d-${i} é☃`, count: i * 90071992547 * (i % 2 ? 1 : -1), small: (i - 100) * 21474836, zig: (100 - i) * 1e12, positive: i * 21474836,
      f32: i * 20000000, sf64: -i * 1e10, ratio: (random() - 0.5) * 1e12, single: Math.fround(random()), on: i % 2 === 0,
      raw: base64(Buffer.from([i % 256, 0, 255])), kind: ['COLD', 'WARM', 'HOT'][i % 3],
      packed: Array.from({ length: i % 4 }, (_, t) => t - 1), loose: Array.from({ length: i % 3 }, (_, t) => t * 1000),
      tags: Array.from({ length: i % 3 }, (_, t) => `t${t}`), labels: Object.fromEntries(Array.from({ length: i % 3 }, (_, t) => [`k${t}`, t - 1])),
      places: Array.from({ length: i % 3 }, (_, t) => ({ lat: t + 0.5, name: `p${t}` })),
    };
    if (i % 2) r.place = { lat: i / 7, name: 'x' };
    if (i % 3) r.at = { seconds: 1795000000 + i, nanos: i * 1000 };
    if (i % 4) r.maybe = { value: i / 4 };
    if (i % 3 === 1) r.text = `text ${i}`;
    if (i % 3 === 2) r.number = i;
    if (i % 5) r.explicit = 0;
    if (i % 7 === 0) r.deep = { lat: i, inner: { n: i, back: { name: 'back' } } };
    return r;
  });
  const encode = r => type.encode(type.fromObject(r));
  const old = protobuf.parse('syntax = "proto2"; package contoso; message Old { required string id = 1; optional int32 n = 2; optional Part part = 3; } message Part { required int32 k = 1; }', { keepCase: true }).root;
  old.resolveAll();
  const oldType = old.lookupType('contoso.Old');
  return {
    proto2: {
      descriptor: base64(protobuf.descriptor.FileDescriptorSet.encode(old.toDescriptor('proto2')).finish()),
      full: base64(oldType.encode({ id: 'a', n: 1, part: { k: 7 } }).finish()),
      empty: base64(oldType.encode({ id: '' }).finish()),
    },
    descriptor: base64(descriptor),
    messages: records.map(r => base64(encode(r).finish())),
    delimited: base64(Buffer.concat(records.map(r => type.encodeDelimited(type.fromObject(r)).finish()))),
    small: base64(Buffer.concat(records.slice(0, 8).map(r => type.encodeDelimited(type.fromObject(r)).finish()))),
    records,
  };
}

function csvEvents() {
  const texts = [
    null, '', 'plain', 'a,b;c', 'say "hi"', '"', '""', '"quoted"', 'two\nlines', 'two\r\nlines', '\r', '\n', ' spaces ', 'grüße ☃ 😀', ',', 'true', '5', 'null', '\ttab', "it's",
  ];
  const random = seeded(11);
  const records = Array.from({ length: 100 }, (_, i) => ({
    id: `d-${i} ${i % 3 ? 'é☃' : '😀'}`, text: texts[i % texts.length], n: i % 4 ? (i - 50) * 90071992547 : null, ratio: (random() - 0.5) * 1e12,
    on: i % 2 === 0, tags: Array.from({ length: i % 3 }, (_, t) => `t"${t},`), 'place.lat': i % 2 ? i / 7 : null, last: texts[(i * 7) % texts.length],
  }));
  // Left to itself the package quotes neither empty texts, which are then like null, nor line breaks other than its own.
  const write = options => base64(stringify(records, { header: true, quoted_match: /^$|[\r\n]/, cast: { boolean: String }, ...options }));
  return {
    records,
    texts: {
      unix: write({ record_delimiter: 'unix' }),
      windows: write({ record_delimiter: 'windows' }),
      quoted: write({ record_delimiter: 'windows', quoted: true }),
      marked: write({ record_delimiter: 'unix', bom: true }),
      unended: write({ record_delimiter: 'windows', eof: false }),
      semicolon: write({ record_delimiter: 'unix', delimiter: ';' }),
    },
  };
}

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function seeded(seed) {
  return () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
}

(async () => {
  process.stdout.write(JSON.stringify({ cloudEvents: cloudEvents(), avro: await avroEvents(), protobuf: protobufEvents(), csv: csvEvents() }) + '\n');
})();
