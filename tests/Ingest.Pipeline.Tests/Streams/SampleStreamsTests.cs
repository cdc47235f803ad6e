using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class SampleStreamsTests
{
    private static readonly StreamCatalog Catalog = StreamCatalog.Load(Repository.PathOf("streams.json"));

    [Fact]
    public void The_repositorys_own_streams_load()
    {
        Assert.Equal(["flights", "routes", "telemetry"], Catalog.Streams.Select(s => s.Name));
        Assert.Equal(["airports", "devices"], Catalog.Lookups.Select(l => l.Name));
        var routes = Catalog.Streams[1];
        Assert.Equal(PayloadFormat.Json, routes.Format);
        Assert.Equal(new RecordBinding(null, null, "date"), routes.Binding);
        Assert.Equal(
            ["date", "delay", "distance", "origin", "destination", "origin_city", "origin_state", "destination_city", "destination_state"],
            routes.Columns.Select(c => c.Name));
        Assert.Equal(["origin_city", "origin_state", "destination_city", "destination_state"], routes.EnrichedColumns.Select(c => c.Name));
        Assert.Equal(["origin"], routes.Lake.Sort);
        Assert.Equal("RoutesLatest", routes.Latest!.Name);
        Assert.Equal([new KeyHash("origin", 4)], routes.Latest.PartitionKey.Parts);
        Assert.Equal([new KeyColumn("origin")], routes.Latest.RowKey.Parts);
    }

    [Theory]
    [InlineData("flights", "flights")]
    [InlineData("routes", "routes")]
    [InlineData("telemetry", "telemetry")]
    [InlineData("trains", null)]
    public void The_property_type_decides_and_unknown_types_go_nowhere(string type, string? stream)
    {
        var source = new IncomingEvent
        {
            Body = default,
            SequenceNumber = 0,
            EnqueuedUnixMs = 0,
            Properties = new Dictionary<string, object> { ["type"] = type },
        };
        Assert.Equal(stream, Catalog.Route(in source)?.Name);
    }
}
