using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class StreamRulesTests
{
    [Fact]
    public void What_is_left_out_gets_its_default()
    {
        var stream = Definitions.LoadStream("");

        Assert.Empty(stream.When);
        Assert.Equal(PayloadFormat.Json, stream.Format);
        Assert.Equal(new RecordBinding(null, null, null), stream.Binding);
        Assert.Empty(stream.Enrich);
        Assert.Equal(LakeCompression.Zstd, stream.Lake.Compression);
        Assert.Empty(stream.Lake.Sort);
        Assert.Null(stream.Latest);
        Assert.Null(stream.Table);
        Assert.Equal(stream.Schema.Columns, stream.Columns);
    }

    [Theory]
    [InlineData("json", PayloadFormat.Json)]
    [InlineData("ndjson", PayloadFormat.NdJson)]
    [InlineData("json-array", PayloadFormat.JsonArray)]
    public void Formats_are_read_by_name(string name, PayloadFormat format) =>
        Assert.Equal(format, Definitions.LoadStream($", \"format\": \"{name}\"").Format);

    [Theory]
    [InlineData("/etc/schema.json")]
    [InlineData("../schema.json")]
    [InlineData("schemas/../../schema.json")]
    public void A_schema_outside_the_folder_is_refused(string path) =>
        Assert.StartsWith(
            "The schema file must lie beside streams.json or below it",
            Assert.Single(Definitions.MistakesOf($"{{ \"streams\": [ {{ \"name\": \"one\", \"schema\": \"{path}\" }} ] }}")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("/deviceId", "deviceId")]
    [InlineData("/number", "number")]
    [InlineData("/uuid", "uuid")]
    public void Id_and_key_name_a_string_an_integer_or_a_uuid(string pointer, string column) =>
        Assert.Equal(
            new RecordBinding(column, column, null),
            Definitions.LoadStream($", \"id\": \"{pointer}\", \"key\": \"{pointer}\"").Binding);

    [Theory]
    [InlineData("/ratio", "An id must be a string, an integer or a UUID; \"/ratio\" is a number with fractions.")]
    [InlineData("/on", "An id must be a string, an integer or a UUID; \"/on\" is a boolean.")]
    [InlineData("/location/lat", "An id must be a string, an integer or a UUID; \"/location/lat\" is a number with fractions.")]
    [InlineData("/location/lot", "\"/location/lot\" names no column of the schema. Did you mean \"/location/lat\"?")]
    [InlineData("/a~2b", "\"/a~2b\" is no JSON Pointer; write one such as \"/deviceId\".")]
    [InlineData("number", "\"number\" is no JSON Pointer; write one here \"/number\".")]
    public void An_unstable_or_unknown_id_is_refused(string pointer, string message) =>
        Assert.Equal(message, Definitions.MistakeIn($", \"id\": \"{pointer}\"").Message);

    [Fact]
    public void A_lookup_becomes_text_columns_after_those_of_the_schema()
    {
        var stream = Definitions.LoadStream("""
            , "enrich": [ { "lookup": "devices", "on": [ "/deviceId", "/number" ], "add": { "site": "Site", "model": "Model" }, "missing": "quarantine" } ]
            """);

        var lookup = Assert.IsType<LookupEnrichment>(Assert.Single(stream.Enrich));
        Assert.Equal(new LookupDefinition("devices", "Devices", TimeSpan.FromMinutes(5)), lookup.Lookup);
        Assert.Equal(["deviceId", "number"], lookup.On);
        Assert.Equal(["/deviceId", "/number"], lookup.OnPointers);
        Assert.Equal([new("site", "Site"), new("model", "Model")], lookup.Add);
        Assert.True(lookup.QuarantineMissing);
        Assert.Equal([new("site", ColumnType.String), new ColumnDefinition("model", ColumnType.String)], stream.EnrichedColumns);
        Assert.Equal([.. stream.Schema.Columns, .. stream.EnrichedColumns], stream.Columns);
    }

    [Theory]
    [InlineData("{ \"lookup\": \"devices\", \"add\": { \"a\": \"b\" } }", "\"on\" is missing: it names the value, or values, to look up by.")]
    [InlineData("{ \"lookup\": \"devices\", \"on\": \"/number\" }", "\"add\" is missing: it maps each new column to a property of the lookup's row.")]
    [InlineData("{ \"lookup\": \"devices\", \"on\": \"/number\", \"add\": {} }", "\"add\" must map at least one new column to a property of the lookup's row.")]
    [InlineData("{ \"lookup\": \"devices\", \"on\": [], \"add\": { \"a\": \"b\" } }", "\"on\" must be a text or an array of at least one text, not an empty array.")]
    [InlineData("{ \"lookup\": \"devices\", \"on\": \"/number\", \"add\": { \"a b\": \"b\" } }", "\"a b\" cannot be a column: a column's name is up to 128 letters, digits, dots and underscores, a letter first.")]
    [InlineData("{ \"lokup\": \"devices\" }", "This is no enrichment: it has none of lookup, use, hash, drop, redact, copy, add. Did you mean \"lookup\"?")]
    [InlineData("{ \"lookup\": \"devices\", \"on\": \"/number\", \"add\": { \"a\": \"b\" }, \"mising\": \"null\" }", "Unknown key \"mising\". Did you mean \"missing\"?")]
    public void A_broken_lookup_is_explained(string entry, string message) =>
        Assert.Equal(message, Definitions.MistakeIn($", \"enrich\": [ {entry} ]").Message);

    [Fact]
    public void A_column_cannot_be_added_by_two_enrichments()
    {
        var mistake = Definitions.MistakeIn("""
            , "enrich": [ { "lookup": "devices", "on": "/deviceId", "add": { "site": "a" } },
                          { "lookup": "devices", "on": "/number", "add": { "Site": "b" } } ]
            """);
        Assert.Equal("/streams/0/enrich/1/add/Site", mistake.Pointer);
        Assert.Equal("The column \"Site\" is added twice.", mistake.Message);
    }

    [Fact]
    public void An_enriched_column_may_be_sorted_by_and_stored()
    {
        const string Enrich = ", \"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"site\": \"a\" } }";
        var stream = Definitions.LoadStream($$"""
            {{Enrich}} ],
            "write": { "lake": { "sort": ["site"], "compression": "snappy" },
                       "latest": { "name": "Newest", "partitionKey": "all", "rowKey": "{deviceId}", "columns": ["site", "number"] } }
            """);
        Assert.Equal(["site"], stream.Lake.Sort);
        Assert.Equal(LakeCompression.Snappy, stream.Lake.Compression);
        Assert.Equal(["site", "number"], stream.Latest!.Columns);
    }

    [Fact]
    public void The_version_changes_with_definition_and_schema_but_not_with_layout()
    {
        const string Stream = "{ \"streams\": [ { \"name\": \"one\", \"schema\": \"s.json\", \"id\": \"/deviceId\" } ] }";
        const string SameStream = "{\n // moved\n \"streams\": [\n { \"id\": \"/deviceId\", \"schema\": \"s.json\", \"name\": \"one\", } ] }";
        var version = VersionOf(Stream, Definitions.Schema);

        Assert.Matches("^[0-9a-f]{16}$", version);
        Assert.Equal(version, VersionOf(SameStream, Definitions.Schema));
        Assert.NotEqual(version, VersionOf(Stream.Replace("/deviceId", "/number", StringComparison.Ordinal), Definitions.Schema));
        Assert.NotEqual(version, VersionOf(Stream, Definitions.Schema.Replace("ratio", "share", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("x.avsc")]
    [InlineData("writer.avsc")]
    [InlineData("id.avsc")]
    public void The_version_changes_with_every_Avro_schema_that_the_stream_reads(string changed)
    {
        const string Streams = """
            { "streams": [ { "name": "one", "schema": { "avro": "x.avsc", "writers": "writer.avsc", "ids": { "17": "id.avsc" } } } ] }
            """;
        var writers = Definitions.Avro.Replace("\"temperature\"", "\"celsius\"", StringComparison.Ordinal);
        var files = new Dictionary<string, string> { ["x.avsc"] = Definitions.Avro, ["writer.avsc"] = writers, ["id.avsc"] = writers.Replace("celsius", "kelvin", StringComparison.Ordinal) };
        string Version() => Pipeline.Streams.StreamCatalog.Load(files.Aggregate(new MemoryStreamFiles(Streams), (all, file) => all.With(file.Key, file.Value))).Streams[0].Version;
        var before = Version();

        Assert.Equal(before, Version());
        files[changed] = files[changed].Replace("\"double\"", "\"float\"", StringComparison.Ordinal);
        Assert.NotEqual(before, Version());
    }

    [Fact]
    public void The_version_changes_with_the_ids_that_name_a_schema()
    {
        static string Version(string ids) => Definitions.Load($$"""{ "streams": [ { "name": "one", "schema": { "avro": "x.avsc", "ids": {{ids}} } } ] }""").Streams[0].Version;

        Assert.Equal(Version("""{ "1": "x.avsc", "2": "x.avsc" }"""), Version("""{ "2": "x.avsc", "1": "x.avsc" }"""));
        Assert.NotEqual(Version("""{ "1": "x.avsc" }"""), Version("""{ "2": "x.avsc" }"""));
    }

    [Fact]
    public void A_batch_of_the_stream_leaves_its_enriched_columns_to_the_enrichers()
    {
        var stream = Definitions.LoadStream(", \"enrich\": [ { \"lookup\": \"devices\", \"on\": \"/deviceId\", \"add\": { \"site\": \"a\" } } ]");
        var batch = stream.CreateBatch();
        var source = new Events.IncomingEvent { Body = default, SequenceNumber = 1, EnqueuedUnixMs = 2 };
        batch.CommitRow(in source, 0, 0, default, default);

        Assert.Equal(stream.Columns, batch.Columns.Select(c => c.Definition));
        Assert.Equal(1, batch["deviceId"].Count);
        Assert.Equal(0, batch["site"].Count);
        Assert.Equal(stream.Version, batch.Version);
    }

    private static string VersionOf(string streams, string schema) =>
        Assert.Single(Pipeline.Streams.StreamCatalog.Load(new MemoryStreamFiles(streams).With("s.json", schema)).Streams).Version;
}
