namespace Ingest.Pipeline.Tests.Streams;

public sealed class NotYetSupportedTests
{
    /// <summary>Everything that a stream will be able to say. What this version cannot do must be refused, not passed over.</summary>
    private const string FullExample = """
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
    public void What_this_version_cannot_do_yet_is_refused_by_name_and_nothing_else_is()
    {
        var files = new MemoryStreamFiles(FullExample)
            .With("schemas/telemetry.json", Schema);

        Assert.Equal(
            [
                "6: The condition \"record:\"", "6: The condition \"ce:\"", "7: The format \"auto\"",
            ],
            Definitions.MistakesOf(files).Select(m => $"{m.Line}: {m.Message}".Replace(" is not supported yet by this version.", "", StringComparison.Ordinal)));
    }
}
