using Ingest.Cli.Check;
using Ingest.Cli.Tests.Offline;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Tests.Check;

public class SchemaComparisonTests
{
    [Theory]
    [InlineData("nothing", "", "")]
    [InlineData("\"count\": { \"type\": \"integer\"", "\"extra\": { \"type\": \"string\" }, \"count\": { \"type\": \"integer\"", "compatible extra")]
    [InlineData("\"required\": [\"name\"]", "\"required\": [\"name\", \"count\"]", "caution count")]
    [InlineData("\"required\": [\"name\"]", "\"required\": []", "compatible name")]
    [InlineData("\"count\": { \"type\": \"integer\"", "\"count\": { \"type\": \"number\"", "breaking count")]
    [InlineData("\"items\": { \"type\": \"string\" }", "\"items\": { \"type\": \"integer\" }", "breaking tags")]
    [InlineData("\"ratio\": { \"type\": \"number\" },", "", "breaking ratio")]
    [InlineData("\"minimum\": 0", "\"minimum\": 1", "caution ")]
    [InlineData("\"count\": { \"type\": \"integer\"", "\"extra\": true, \"count\": { \"not\": { \"const\": 7 }, \"type\": \"integer\"", "compatible extra; caution ")]
    public void Changes_of_a_schema(string old, string now, string expected)
    {
        using var before = new Workspace();
        using var after = new Workspace().With("s.json", Workspace.Schema.Replace(old, now, StringComparison.Ordinal));

        Assert.Equal(expected, Compare(before, after));
    }

    [Theory]
    [InlineData("\"name\": \"readings\"", "\"name\": \"measurements\"", "breaking ; compatible ")]
    [InlineData("\"property:type\": \"readings\"", "\"property:type\": [\"readings\", \"more\"]", "caution ")]
    [InlineData("\"id\": \"/name\",", "", "breaking ")]
    [InlineData("\"id\": \"/name\",", "\"id\": \"/name\", \"key\": \"/name\",", "breaking ")]
    [InlineData("\"id\": \"/name\",", "\"id\": \"/name\", \"time\": \"/on\",", "breaking ")]
    [InlineData("\"id\": \"/name\",", "\"id\": \"/name\", \"format\": \"ndjson\",", "caution ")]
    [InlineData("\"table\": \"Sites\"", "\"table\": \"Places\"", "caution ")]
    [InlineData("\"add\": { \"site\": \"site\" }", "\"add\": { \"place\": \"site\" }", "breaking site; compatible place")]
    [InlineData("\"id\": \"/name\",", "\"id\": \"/name\", \"write\": { \"lake\": { \"sort\": [\"name\"] } },", "compatible ")]
    [InlineData("\"id\": \"/name\",", "\"id\": \"/name\", \"write\": { \"latest\": { \"name\": \"Newest\", \"partitionKey\": \"{name}\", \"rowKey\": \"{name}\" } },", "compatible ")]
    public void Changes_of_a_stream(string old, string now, string expected)
    {
        using var before = new Workspace();
        using var after = new Workspace().With("streams.json", Workspace.Streams.Replace(old, now, StringComparison.Ordinal));

        Assert.Equal(expected, Compare(before, after));
    }

    [Theory]
    [InlineData("Newest", "Latest", "breaking ")]
    [InlineData("\"partitionKey\": \"{name}\"", "\"partitionKey\": \"{hash:name:4}\"", "breaking ")]
    [InlineData("\"rowKey\": \"{name}\"", "\"rowKey\": \"{count}\"", "breaking ")]
    [InlineData("[\"count\", \"ratio\"]", "[\"count\"]", "breaking ratio")]
    [InlineData("[\"count\", \"ratio\"]", "[\"count\", \"ratio\", \"site\"]", "compatible site")]
    [InlineData("\"lake\": {}, \"latest\"", "\"lake\": { \"compression\": \"gzip\" }, \"latest\"", "compatible ")]
    public void Changes_of_what_is_written(string old, string now, string expected)
    {
        const string Write = """
            "id": "/name", "write": { "lake": {}, "latest": { "name": "Newest", "partitionKey": "{name}", "rowKey": "{name}", "columns": ["count", "ratio"] } },
            """;
        var streams = Workspace.Streams.Replace("\"id\": \"/name\",", Write, StringComparison.Ordinal);
        using var before = new Workspace().With("streams.json", streams);
        using var after = new Workspace().With("streams.json", streams.Replace(old, now, StringComparison.Ordinal));

        Assert.Equal(expected, Compare(before, after));
    }

    [Fact]
    public void Order_and_comments_of_the_file_are_no_change()
    {
        using var before = new Workspace();
        using var after = new Workspace().With("streams.json", "// remark\n" + Workspace.Streams.Replace("\"id\": \"/name\",", "", StringComparison.Ordinal)
            .Replace("\"schema\": \"s.json\",", "\"id\": \"/name\", \"schema\": \"s.json\",", StringComparison.Ordinal));

        Assert.Equal("", Compare(before, after));
    }

    private static string Compare(Workspace before, Workspace after) => string.Join(
        "; ", SchemaComparison.Compare(StreamCatalog.Load(before.StreamsFile), StreamCatalog.Load(after.StreamsFile)).Select(c => $"{c.Impact.ToString().ToLowerInvariant()} {c.Column}"));
}
