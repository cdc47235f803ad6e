using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Tests.Enrichment;

public sealed class ColumnStepTests
{
    [Theory]
    [InlineData("\"eu\"", ColumnType.String, "eu")]
    [InlineData("\"\"", ColumnType.String, "")]
    [InlineData("7", ColumnType.Int64, "7")]
    [InlineData("-7.5", ColumnType.Double, "-7.5")]
    [InlineData("true", ColumnType.Boolean, "true")]
    [InlineData("\"@Setting:PiiSalt\"", ColumnType.String, "pepper")]
    public async Task A_constant_is_in_every_row_with_the_type_it_was_written_in(string value, ColumnType type, string text)
    {
        var enriched = await Enriched.RunAsync($$""", "enrich": [ { "add": "region", "value": {{value}} } ]""", "{}", "{\"number\":1}");

        Assert.Equal(type, enriched.Batch["region"].Definition.Type);
        Assert.Equal([text, text], enriched["region"]);
    }

    [Theory]
    [InlineData("\"above\": 80", "80.5", "true")]
    [InlineData("\"above\": 80", "80", "false")]
    [InlineData("\"below\": -10", "-10.5", "true")]
    [InlineData("\"below\": -10", "-10", "false")]
    [InlineData("\"above\": 10, \"below\": 20", "15", "true")]
    [InlineData("\"above\": 10, \"below\": 20", "20", "false")]
    [InlineData("\"above\": 10, \"below\": 20", "10", "false")]
    public async Task A_threshold_excludes_its_bound(string bounds, string value, string expected)
    {
        var enriched = await Enriched.RunAsync($$""", "enrich": [ { "add": "hot", "when": "/temperature", {{bounds}} } ]""", $"{{\"temperature\":{value}}}", "{}");

        Assert.Equal([expected, null], enriched["hot"]);
    }

    [Theory]
    [InlineData("\"above\": 1.5", "2", "true")]
    [InlineData("\"above\": 1.5", "1", "false")]
    [InlineData("\"above\": 2", "2", "false")]
    [InlineData("\"below\": 1.5", "1", "true")]
    [InlineData("\"below\": 1.5", "2", "false")]
    [InlineData("\"below\": 1", "1", "false")]
    [InlineData("\"above\": 9007199254740992", "9007199254740993", "true")]
    [InlineData("\"below\": 9007199254740994", "9007199254740993", "true")]
    [InlineData("\"above\": 9223372036854775808", "9223372036854775807", "false")]
    [InlineData("\"below\": 9223372036854775808", "9223372036854775807", "true")]
    [InlineData("\"above\": -9223372036854775808", "-9223372036854775808", "false")]
    [InlineData("\"below\": -9223372036854775808", "-9223372036854775808", "false")]
    [InlineData("\"above\": 1e300", "9223372036854775807", "false")]
    [InlineData("\"above\": -1e300", "-9223372036854775808", "true")]
    [InlineData("\"below\": 1e300", "9223372036854775807", "true")]
    [InlineData("\"below\": -1e300", "-9223372036854775808", "false")]
    [InlineData("\"above\": 1.2, \"below\": 1.8", "1", "false")]
    public async Task Integers_are_compared_without_losing_digits(string bounds, string value, string expected)
    {
        var enriched = await Enriched.RunAsync($$""", "enrich": [ { "add": "far", "when": "/number", {{bounds}} } ]""", $"{{\"number\":{value}}}");

        Assert.Equal([expected], enriched["far"]);
    }

    [Fact]
    public async Task Properties_of_the_event_are_copied_into_all_of_its_records()
    {
        IncomingEvent[] events =
        [
            Event("{\"number\":1}\n{\"number\":2}", new() { ["tenant"] = "acme", ["big"] = 5L, ["on"] = true }, new() { ["correlation-id"] = "c-1" }) with
            {
                ContentType = "application/json", PartitionKey = "k",
            },
            Event("{\"number\":3}", [], []),
        ];
        var enriched = await Enriched.RunAsync(
            """
            , "format": "ndjson", "enrich": [
              { "copy": "property:tenant", "as": "tenant" }, { "copy": "property:big", "as": "big" }, { "copy": "property:on", "as": "is_on" },
              { "copy": "system:correlation-id", "as": "correlation" }, { "copy": "contentType", "as": "type" }, { "copy": "partitionKey", "as": "key" } ]
            """, [], events);

        Assert.Equal(["acme", "acme", null], enriched["tenant"]);
        Assert.Equal(["5", "5", null], enriched["big"]);
        Assert.Equal(["true", "true", null], enriched["is_on"]);
        Assert.Equal(["c-1", "c-1", null], enriched["correlation"]);
        Assert.Equal(["application/json", "application/json", null], enriched["type"]);
        Assert.Equal(["k", "k", null], enriched["key"]);
    }

    [Fact]
    public async Task Steps_run_in_the_order_of_the_file_and_a_later_one_may_use_what_an_earlier_one_added()
    {
        var enriched = await Enriched.RunAsync(
            """
            , "enrich": [ { "add": "limit", "value": 5 }, { "add": "many", "when": "/limit", "above": 3 },
                          { "copy": "property:owner", "as": "who" }, { "hash": "/who", "salt": "@Setting:PiiSalt" } ]
            """, [], [Event("{}", new() { ["owner"] = "ada@example.com" }, [])]);

        Assert.Equal(["true"], enriched["many"]);
        Assert.Equal([PrivacyStepTests.AdaHashed], enriched["who"]);
    }

    private static IncomingEvent Event(string body, Dictionary<string, object> properties, Dictionary<string, object> system) => new()
    {
        Body = Encoding.UTF8.GetBytes(body), SequenceNumber = 0, EnqueuedUnixMs = 0, Properties = properties, SystemProperties = system,
    };
}
