using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class TableKeyTests
{
    private const string Bound = ", \"id\": \"/uuid\", \"key\": \"/deviceId\", \"time\": \"/createdAt\"";
    private const string Enriched = ", \"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"site\": \"site\" } } ]";

    public static TheoryData<string, KeyPart[]> Templates => new()
    {
        { "{deviceId}", [new KeyColumn("deviceId")] },
        { "{deviceId}-{time:desc}-{id}", [new KeyColumn("deviceId"), new KeyLiteral("-"), new KeyTimeDescending(), new KeyLiteral("-"), new KeyColumn("id")] },
        { "d/{time:yyyyMMddHH}", [new KeyLiteral("d/"), new KeyTimeFormat("yyyyMMddHH")] },
        { "{time:HH:mm}", [new KeyTimeFormat("HH:mm")] },
        { "{hash:deviceId:16}", [new KeyHash("deviceId", 16)] },
        { "{hash:id:1000}", [new KeyHash("id", 1000)] },
        { "{hash:key:1}", [new KeyHash("deviceId", 1)] },
        { "{key}", [new KeyColumn("deviceId")] },
        { "{on}{number}{createdAt}", [new KeyColumn("on"), new KeyColumn("number"), new KeyColumn("createdAt")] },
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_key_template_becomes_parts(string text, KeyPart[] parts)
    {
        var key = Definitions.LoadStream($"{Bound}{Latest(text)}").Latest!.RowKey;
        Assert.Equal(text, key.Text);
        Assert.Equal(parts, key.Parts);
    }

    [Theory]
    [InlineData("{hash:deviceId:0}", "has {hash:deviceId:0}; write {hash:column:NN} with 1 to 1000 buckets.")]
    [InlineData("{hash:deviceId:1001}", "has {hash:deviceId:1001}; write {hash:column:NN} with 1 to 1000 buckets.")]
    [InlineData("{hash:deviceId}", "has {hash:deviceId}; write {hash:column:NN} with 1 to 1000 buckets.")]
    [InlineData("{hash:site:4}", "uses {site}, an enriched column: its value may differ between two attempts and would leave a second row; keys are made of decoded columns.")]
    [InlineData("{deviceID}", "uses {deviceID}, but the schema has no such column. Did you mean \"deviceId\"?")]
    [InlineData("{ratio}", "uses {ratio}, which is a number with fractions; a key needs a text, an integer, a boolean, a UUID, a date or a time.")]
    [InlineData("{tags}", "uses {tags}, which is a list; a key needs a text, an integer, a boolean, a UUID, a date or a time.")]
    [InlineData("{_sequence}", "uses {_sequence}; keys are made of decoded columns, {id} and {time:…}.")]
    [InlineData("{time}", "uses {time}, but the schema has no such column. Did you mean {time:desc}?")]
    [InlineData("{time:x}", "has the time format \"x\"; write desc, or a .NET custom format of at least two letters such as yyyyMMddHH.")]
    [InlineData("{upper:deviceId}", "has {upper:deviceId}, which is none of {column}, {time:desc}, {time:FORMAT} and {hash:column:NN}.")]
    [InlineData("{deviceId", "has a brace without its partner.")]
    [InlineData("a}b", "has a brace without its partner.")]
    [InlineData("{{deviceId}}", "has a brace without its partner.")]
    public void A_broken_key_template_is_explained(string text, string what)
    {
        var mistake = Definitions.MistakeIn($"{Bound}{Enriched}{Latest(text)}");
        Assert.Equal($"The key \"{text}\" {what}", mistake.Message);
        Assert.Equal("/streams/0/write/latest/rowKey", mistake.Pointer);
    }

    [Theory]
    [InlineData("{time:desc}", "uses {time:desc}, but the stream names no \"time\".")]
    [InlineData("{key}", "uses {key}, but the stream names no \"key\".")]
    public void A_key_needs_what_it_is_made_of(string text, string what) =>
        Assert.Equal($"The key \"{text}\" {what}", Definitions.MistakeIn(Latest(text)).Message);

    [Fact]
    public void A_column_named_id_that_is_not_the_records_id_is_ambiguous()
    {
        var files = new MemoryStreamFiles($$"""{ "streams": [ { "name": "one", "schema": "s.json"{{Latest("{id}")}} } ] }""")
            .With("s.json", """{ "type": "object", "properties": { "id": { "type": "string" } } }""");
        Assert.Equal(
            "The key \"{id}\" uses {id}, which could be the column \"id\" or the record's id; say \"id\": \"/id\" in the stream, or rename the column.",
            Assert.Single(Definitions.MistakesOf(files)).Message);
    }

    [Fact]
    public void The_id_of_a_stream_that_names_none_is_the_origin_and_may_be_a_key() =>
        Assert.Equal([new KeyHash("id", 4), new KeyColumn("id")], Definitions.LoadStream(Latest("{hash:id:4}{id}")).Latest!.RowKey.Parts);

    [Theory]
    [InlineData("", "The column \"Timestamp\" cannot be stored in a table, which has a property of its own by that name; list the \"columns\" to store, without it.")]
    [InlineData(", \"columns\": [ \"Timestamp\" ]", "The column \"Timestamp\" cannot be stored in a table, which has a property of its own by that name; list the \"columns\" to store, without it.")]
    public void A_column_that_table_storage_has_already_cannot_be_stored(string columns, string message)
    {
        const string Schema = """{ "type": "object", "properties": { "Timestamp": { "type": "string" }, "a": { "type": "string" } } }""";
        var latest = $$""", "write": { "latest": { "name": "Newest", "partitionKey": "all", "rowKey": "{a}"{{columns}} } }""";
        var files = new MemoryStreamFiles($$"""{ "streams": [ { "name": "one", "schema": "s.json"{{latest}} } ] }""").With("s.json", Schema);
        Assert.Equal(message, Assert.Single(Definitions.MistakesOf(files)).Message);
    }

    [Theory]
    [InlineData("a.b", "a__b", "The columns \"a__b\" and \"a.b\" would be stored as one property \"a__b\"; list the \"columns\" to store, without one of them.")]
    [InlineData("x-y", "x y", "The columns \"x-y\" and \"x y\" would be stored as one property \"x_y\"; list the \"columns\" to store, without one of them.")]
    public void Columns_that_would_share_a_property_are_named(string first, string second, string message)
    {
        var names = first.Contains('.', StringComparison.Ordinal)
            ? $$""" "{{second}}": { "type": "string" }, "a": { "type": "object", "properties": { "b": { "type": "string" } } }"""
            : $$""" "{{first}}": { "type": "string" }, "{{second}}": { "type": "string" }""";
        var schema = "{ \"type\": \"object\", \"additionalProperties\": false, \"properties\": { \"k\": { \"type\": \"string\" }," + names + " } }";
        var files = new MemoryStreamFiles(
            """{ "streams": [ { "name": "one", "schema": "s.json", "write": { "table": { "name": "Newest", "partitionKey": "all", "rowKey": "{k}" } } } ] }""").With("s.json", schema);
        Assert.Equal(message, Assert.Single(Definitions.MistakesOf(files)).Message);
    }

    [Fact]
    public void Table_and_latest_need_tables_of_their_own() => Assert.Equal(
        "\"table\" and \"latest\" both write to the table \"newest\"; give each its own.",
        Definitions.MistakeIn("""
            , "write": {
              "table": { "name": "newest", "partitionKey": "all", "rowKey": "{deviceId}" },
              "latest": { "name": "Newest", "partitionKey": "all", "rowKey": "{deviceId}" } }
            """).Message);

    [Fact]
    public void A_table_is_read_like_a_latest_table()
    {
        var stream = Definitions.LoadStream(
            $$"""{{Bound}}, "write": { "table": { "name": "Readings", "partitionKey": "{hash:key:16}", "rowKey": "{key}-{time:desc}-{id}", "columns": ["number"] } }""");

        Assert.Null(stream.Latest);
        Assert.Equal(("Readings", "{hash:key:16}", "{key}-{time:desc}-{id}"), (stream.Table!.Name, stream.Table.PartitionKey.Text, stream.Table.RowKey.Text));
        Assert.Equal(["number"], stream.Table.Columns);
    }

    [Fact]
    public void Keys_that_are_the_same_for_every_record_are_refused() =>
        Assert.StartsWith(
            "Neither key depends on the record", Definitions.MistakeIn(Latest("constant")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1abc", "cannot be a table")]
    [InlineData("ab", "cannot be a table")]
    [InlineData("With-Dash", "cannot be a table")]
    [InlineData("ingestprogress", "is reserved")]
    [InlineData("IngestQuarantine", "is reserved")]
    [InlineData("Tables", "is reserved")]
    public void A_tables_name_follows_table_storage_and_leaves_ours_alone(string name, string what) =>
        Assert.Contains(what, Definitions.MistakeIn(Latest("{deviceId}", name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"name\": \"Abc\", \"rowKey\": \"{deviceId}\"", "\"partitionKey\" is missing: rows of one partition key are written together.")]
    [InlineData("\"name\": \"Abc\", \"partitionKey\": \"{deviceId}\"", "\"rowKey\" is missing: it tells rows of one partition key apart.")]
    [InlineData("\"partitionKey\": \"a\", \"rowKey\": \"{deviceId}\"", "\"name\" is missing: it names the table.")]
    [InlineData("\"name\": \"Abc\", \"partitionKey\": \"a\", \"rowKey\": \"{deviceId}\", \"columns\": [\"sit\"]", "There is no column \"sit\". Did you mean \"site\"?")]
    [InlineData("\"name\": \"Abc\", \"partitionKey\": \"a\", \"rowKey\": \"{deviceId}\", \"columns\": [\"site\", \"site\"]", "\"columns\" names \"site\" twice.")]
    [InlineData("\"name\": \"Abc\", \"partitionKey\": \"a\", \"rowKey\": \"{deviceId}\", \"column\": \"site\"", "Unknown key \"column\". Did you mean \"columns\"?")]
    [InlineData("\"name\": \"Abc\", \"partitionKey\": \"\", \"rowKey\": \"{deviceId}\"", "\"partitionKey\" must be a text that is not empty.")]
    public void A_broken_latest_is_explained(string members, string message) =>
        Assert.Equal(message, Definitions.MistakeIn($"{Enriched}, \"write\": {{ \"latest\": {{ {members} }} }}").Message);

    private static string Latest(string rowKey, string name = "Newest") =>
        $", \"write\": {{ \"latest\": {{ \"name\": \"{name}\", \"partitionKey\": \"all\", \"rowKey\": \"{rowKey}\" }} }}";
}
