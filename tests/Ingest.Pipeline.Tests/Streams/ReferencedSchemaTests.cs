using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class ReferencedSchemaTests
{
    private const string Streams = """{"streams":[{"name":"one","schema":"schemas/a.json"}]}""";
    private const string Place = """{"type":"object","properties":{"lat":{"type":"number"}}}""";

    [Theory]
    [InlineData("""{"properties":{"at":{"$ref":"parts/place.json"}}}""")]
    [InlineData("""{"properties":{"at":{"$ref":"../schemas/parts/place.json#"}}}""")]
    [InlineData("""{"$id":"https://example.com/v1/a.json","properties":{"at":{"$ref":"parts/place.json"}}}""")]
    [InlineData("""{"$id":"https://example.com/v1/a.json","properties":{"at":{"$ref":"https://example.com/v1/parts/place.json"}}}""")]
    public void A_schema_finds_the_files_beside_it(string schema)
    {
        var catalog = StreamCatalog.Load(new MemoryStreamFiles(Streams).With("schemas/a.json", schema).With("schemas/parts/place.json", Place));
        Assert.Equal(["at.lat", "_extra"], catalog.Streams[0].Columns.Select(c => c.Name));
    }

    [Fact]
    public void A_file_that_is_missing_or_outside_is_named_where_it_is_referred_to()
    {
        var files = new MemoryStreamFiles(Streams).With("schemas/a.json", """
            {"properties":{
              "x":{"$ref":"plase.json"},
              "y":{"$ref":"https://example.com/y.json"}}}
            """).With("schemas/place.json", Place);
        var mistakes = Definitions.MistakesOf(files);
        Assert.Equal([("schemas/a.json", 2, "/properties/x/$ref"), ("schemas/a.json", 3, "/properties/y/$ref")], mistakes.Select(m => (m.File, m.Line, m.Pointer)));
    }

    [Fact]
    public void A_mistake_in_a_referenced_file_is_reported_there()
    {
        var files = new MemoryStreamFiles(Streams)
            .With("schemas/a.json", """{"properties":{"at":{"$ref":"place.json"}}}""")
            .With("schemas/place.json", "{\n  \"tpye\": \"object\"\n}");
        var mistake = Assert.Single(Definitions.MistakesOf(files));
        Assert.Equal(("schemas/place.json", 2, "/tpye"), (mistake.File, mistake.Line, mistake.Pointer));
    }

    [Fact]
    public void A_change_in_a_referenced_file_is_another_version_of_the_stream()
    {
        var one = Version(Place);
        Assert.Equal(one, Version(Place));
        Assert.NotEqual(one, Version(Place.Replace("number", "integer", StringComparison.Ordinal)));

        static string Version(string place) => StreamCatalog.Load(new MemoryStreamFiles(Streams)
            .With("schemas/a.json", """{"properties":{"at":{"$ref":"place.json"}}}""").With("schemas/place.json", place)).Streams[0].Version;
    }
}
