using Google.Protobuf;
using Google.Protobuf.Reflection;
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

    private const string Avro = """
        { "type": "record", "name": "R", "fields": [
          { "name": "id", "type": "string" }, { "name": "n", "type": "int" }, { "name": "kind", "type": { "type": "enum", "name": "K", "symbols": ["A", "B"] } },
          { "name": "at", "type": { "type": "long", "logicalType": "timestamp-millis" } } ] }
        """;

    [Theory]
    [InlineData("\"int\"", "\"long\"", "caution ")]
    [InlineData("\"int\"", "\"double\"", "breaking n")]
    [InlineData("\"int\"", "[\"null\", \"int\"]", "compatible n")]
    [InlineData("\"symbols\": [\"A\", \"B\"]", "\"symbols\": [\"A\"]", "caution ")]
    [InlineData("timestamp-millis", "timestamp-micros", "caution ")]
    [InlineData(", \"logicalType\": \"timestamp-millis\"", "", "breaking at")]
    [InlineData("{ \"name\": \"n\", \"type\": \"int\" },", "", "breaking n")]
    [InlineData("{ \"name\": \"n\",", "{ \"name\": \"more\", \"type\": [\"null\", \"string\"] }, { \"name\": \"n\",", "compatible more")]
    [InlineData("{ \"name\": \"n\",", "{ \"name\": \"more\", \"type\": \"string\" }, { \"name\": \"n\",", "caution more")]
    [InlineData("{ \"name\": \"n\",", "{ \"name\": \"more\", \"type\": \"string\", \"default\": \"x\" }, { \"name\": \"n\",", "compatible more")]
    public void Changes_of_an_Avro_schema_are_judged_by_its_columns(string old, string now, string expected)
    {
        const string Streams = """{ "streams": [ { "name": "readings", "schema": { "avro": "r.avsc" } } ] }""";
        using var before = new Workspace().With("streams.json", Streams).With("r.avsc", Avro);
        using var after = new Workspace().With("streams.json", Streams).With("r.avsc", Avro.Replace(old, now, StringComparison.Ordinal));

        Assert.NotEqual(Avro, Avro.Replace(old, now, StringComparison.Ordinal));
        Assert.Equal(expected, Compare(before, after));
    }

    [Theory]
    [InlineData(3, 3, "")]
    [InlineData(3, 4, "compatible more")]
    [InlineData(4, 3, "breaking more")]
    public void Changes_of_a_Protobuf_message_are_judged_by_its_columns(int fieldsBefore, int fieldsAfter, string expected)
    {
        using var before = Message(fieldsBefore, FieldDescriptorProto.Types.Type.Int64);
        using var after = Message(fieldsAfter, FieldDescriptorProto.Types.Type.Int64);

        Assert.Equal(expected, Compare(before, after));
    }

    [Fact]
    public void A_Protobuf_field_of_another_type_is_breaking_where_its_column_is_another()
    {
        using var before = Message(3, FieldDescriptorProto.Types.Type.Int64);
        using var wire = Message(3, FieldDescriptorProto.Types.Type.Sint64);
        using var text = Message(3, FieldDescriptorProto.Types.Type.String);

        Assert.Equal("caution ", Compare(before, wire));
        Assert.Equal("breaking f2", Compare(before, text));
    }

    [Theory]
    [InlineData("\"delimiter\": \";\"", "\"delimiter\": \",\"", "caution ")]
    [InlineData("\"schema\": { \"csv\": { \"delimiter\": \";\" }, \"json\": \"s.json\" }", "\"schema\": \"s.json\"", "caution ")]
    [InlineData("s.json", "t.json", "breaking count")]
    public void Changes_of_a_CSV_stream(string old, string now, string expected) =>
        AssertStreams("""{ "streams": [ { "name": "readings", "schema": { "csv": { "delimiter": ";" }, "json": "s.json" } } ] }""", old, now, expected);

    [Theory]
    [InlineData("[\"tenant\"]", "[\"tenant\", \"site\"]", "compatible _ce_site")]
    [InlineData("[\"tenant\"]", "[\"site\"]", "breaking _ce_tenant; compatible _ce_site")]
    [InlineData("s.json", "t.json", "breaking count")]
    public void Changes_of_a_stream_of_CloudEvents(string old, string now, string expected) =>
        AssertStreams("""{ "streams": [ { "name": "readings", "format": "cloudevents", "extensions": ["tenant"], "schema": "s.json" } ] }""", old, now, expected);

    private static void AssertStreams(string streams, string old, string now, string expected)
    {
        var other = Workspace.Schema.Replace("\"count\": { \"type\": \"integer\"", "\"count\": { \"type\": \"number\"", StringComparison.Ordinal);
        using var before = new Workspace().With("streams.json", streams).With("t.json", other);
        using var after = new Workspace().With("streams.json", streams.Replace(old, now, StringComparison.Ordinal)).With("t.json", other);

        Assert.NotEqual(streams, streams.Replace(old, now, StringComparison.Ordinal));
        Assert.Equal(expected, Compare(before, after));
    }

    /// <summary>A message of int64 fields f0, f1, … but for the third one; the fourth is called more.</summary>
    private static Workspace Message(int fields, FieldDescriptorProto.Types.Type third)
    {
        var message = new DescriptorProto { Name = "R" };
        message.Field.AddRange(Enumerable.Range(0, fields).Select(i => new FieldDescriptorProto
        {
            Name = i == 3 ? "more" : $"f{i}",
            Number = i + 1,
            Type = i == 2 ? third : FieldDescriptorProto.Types.Type.Int64,
            Label = FieldDescriptorProto.Types.Label.Optional,
        }));
        var file = new FileDescriptorProto { Name = "r.proto", Package = "demo", Syntax = "proto3", MessageType = { message } };
        var workspace = new Workspace().With("streams.json", """{ "streams": [ { "name": "readings", "schema": { "protobuf": "r.desc", "message": "demo.R" } } ] }""");
        File.WriteAllBytes(workspace.PathOf("r.desc"), new FileDescriptorSet { File = { file } }.ToByteArray());
        return workspace;
    }

    private static string Compare(Workspace before, Workspace after) => string.Join(
        "; ", SchemaComparison.Compare(StreamCatalog.Load(before.StreamsFile), StreamCatalog.Load(after.StreamsFile)).Select(c => $"{c.Impact.ToString().ToLowerInvariant()} {c.Column}"));
}
