using System.Text.RegularExpressions;
using Ingest.Pipeline.Streams;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

public partial class DocumentationTests
{
    [Fact]
    public void The_example_of_the_streams_page_loads_as_it_is_printed()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "streams.md"));
        var streams = Block("jsonc").Match(page).Groups["code"].Value;
        var schema = Block("json").Match(page).Groups["code"].Value;

        var catalog = StreamCatalog.Load(new MemoryStreamFiles(streams).With("schemas/readings.json", schema));

        var stream = Assert.Single(catalog.Streams);
        Assert.Equal(
            ["eventId", "deviceId", "createdAt", "temperature", "location.lat", "location.lon", "tags", "_extra", "site"],
            stream.Columns.Select(c => c.Name));
        Assert.Equal(["Readings", "ReadingsLatest"], [stream.Table!.Name, stream.Latest!.Name]);
    }

    [Fact]
    public void Every_setting_of_the_streams_page_exists_with_the_default_it_names()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "streams.md"));
        var sections = new Dictionary<string, object>
        {
            ["Decoding"] = new Ingest.Pipeline.Decoding.DecodingOptions(),
            ["Delivery"] = new Ingest.Pipeline.Progress.DeliveryOptions(),
            ["Lookup"] = new Ingest.Pipeline.Enrichment.LookupOptions(),
        };

        var settings = Setting().Matches(page);

        Assert.NotEmpty(settings);
        Assert.All(settings, setting =>
        {
            var options = sections[setting.Groups["section"].Value];
            var property = options.GetType().GetProperty(setting.Groups["property"].Value);
            Assert.NotNull(property);
            Assert.Equal(FormattableString.Invariant($"{property.GetValue(options)}"), setting.Groups["value"].Value.Replace(",", "", StringComparison.Ordinal));
        });
    }

    private static Regex Block(string language) => new($"```{language}\n(?<code>.*?)```", RegexOptions.Singleline);

    [GeneratedRegex(@"\| `Ingest__(?<section>Decoding|Delivery|Lookup)__(?<property>\w+)` \| `?(?<value>[\d,:]+)")]
    private static partial Regex Setting();
}
