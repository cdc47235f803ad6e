using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class FullExampleTests
{
    internal const string FullExample = """
        {
          "$schema": "./docs/streams.schema.json",
          "streams": [
            {
              "name": "telemetry",
              "when": { "property:type": "telemetry", "record:/kind": "a", "ce:type": "b" },
              "format": "auto",
              "schema": "schemas/telemetry.json",
              "id": "/eventId",
              "key": "/deviceId",
              "time": "/createdAt",
              "identity": "/deviceId",
              "enrich": [
                { "lookup": "devices", "on": "/deviceId", "add": { "site": "site", "device_model": "model" }, "missing": "null" },
                { "hash": "/owner/email", "salt": "@Setting:PiiSalt" },
                { "drop": "/debug" },
                { "add": "site_region", "value": "eu" },
                { "copy": "property:tenant", "as": "tenant" },
                { "redact": "/owner/phone" },
                { "add": "alert_hot", "when": "/temperature", "above": 80 }
              ],
              "write": {
                "lake": { "compression": "zstd", "sort": ["deviceId"] },
                "table": { "name": "Telemetry", "partitionKey": "{hash:deviceId:16}", "rowKey": "{deviceId}-{time:desc}-{id}", "columns": ["temperature", "status"] },
                "latest": { "name": "TelemetryLatest", "partitionKey": "{hash:deviceId:16}", "rowKey": "{deviceId}" }
              }
            }
          ],
          "lookups": { "devices": { "table": "Devices", "refresh": "00:05:00" } }
        }
        """;

    private const string Schema = """
        {
          "properties": {
            "eventId": { "type": "string", "format": "uuid" },
            "deviceId": { "type": "string" },
            "createdAt": { "type": "string", "format": "date-time" },
            "temperature": { "type": "number" },
            "status": { "type": "string" },
            "owner": { "type": "object", "properties": { "email": { "type": "string" }, "phone": { "type": "string" } } }
          }
        }
        """;

    [Fact]
    public void A_stream_that_uses_every_key_is_accepted() =>
        Assert.Single(StreamCatalog.Load(new MemoryStreamFiles(FullExample).With("schemas/telemetry.json", Schema)).Streams);
}
