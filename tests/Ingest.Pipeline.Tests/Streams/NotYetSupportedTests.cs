using Ingest.Testing;

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

    [Fact]
    public void What_this_version_cannot_do_yet_is_refused_by_name_and_nothing_else_is()
    {
        var files = new MemoryStreamFiles(FullExample)
            .With("schemas/telemetry.json", File.ReadAllText(Repository.PathOf("schemas", "telemetry.json")));

        Assert.Equal(
            [
                "6: The condition \"record:\"", "6: The condition \"ce:\"", "7: The format \"auto\"", "12: \"identity\"",
                "15: The enrichment \"hash\"", "16: The enrichment \"drop\"", "17: The enrichment \"add\"", "18: The enrichment \"copy\"",
                "19: The enrichment \"redact\"", "20: The enrichment \"add … above\"",
            ],
            Definitions.MistakesOf(files).Select(m => $"{m.Line}: {m.Message}".Replace(" is not supported yet by this version.", "", StringComparison.Ordinal)));
    }
}
