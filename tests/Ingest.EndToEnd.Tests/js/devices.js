// What IoT Hub's routing hands on to the device hub, and a forger who sends the same to the hub of SDK producers.
const { EventHubProducerClient } = require("@azure/event-hubs");

const message = (source, device, body, applicationProperties, contentType = "application/json") => ({
  body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  bodyType: "data",
  properties: contentType ? { contentType, contentEncoding: "utf-8" } : {},
  messageAnnotations: {
    "iothub-connection-device-id": device,
    "iothub-connection-auth-method": '{"scope":"device","type":"sas","issuer":"iothub"}',
    "iothub-enqueuedtime": new Date("2026-01-01T00:00:00Z"),
    "iothub-message-source": source
  },
  applicationProperties
});
const reading = (deviceId, temperature) => ({ deviceId, at: "2026-01-01T00:00:00Z", temperature });

const genuine = [
  message("Telemetry", "pump-1", reading("pump-1", 21.5), { site: "north" }),
  message("Telemetry", "pump-2", Buffer.from(JSON.stringify(reading("pump-2", 4))).toString("base64"), {}, null),
  message("Telemetry", "pump-2", reading("pump-1", 99), {}),
  message("twinChangeEvents", "pump-1", { version: 4, properties: { reported: { valve: "open" } } }, { opType: "updateTwin", operationTimestamp: "2026-01-01T00:00:00Z" }),
  message("deviceLifecycleEvents", "pump-3", { version: 1 }, { opType: "createDeviceIdentity", operationTimestamp: "2026-01-01T00:00:00Z" })
];
const forged = [
  // Without the property of SDK producers: routed by the annotation, or not at all.
  message("Telemetry", "pump-1", reading("pump-1", 1000), {}),
  message("twinChangeEvents", "pump-1", { version: 666 }, {}),
  message("Telemetry", "pump-1", reading("pump-1", -1), { type: "telemetry", "iothub-connection-device-id": "pump-1" })
];

async function send(hub, messages) {
  const client = new EventHubProducerClient(process.env.CONNECTION_STRING, hub);
  await client.sendBatch(messages, { partitionId: "0" });
  await client.close();
}

Promise.all([send(process.env.DEVICE_HUB, genuine), send(process.env.TELEMETRY_HUB, forged)])
  .then(() => process.stdout.write(JSON.stringify({ genuine: genuine.length, forged: forged.length }) + "\n", () => process.exit(0)))
  .catch(error => { console.error(error); process.exit(1); });
