using System.Text.Json;
using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Enrichment;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>The repository's sample streams against the records that the demo sends, one event a record.</summary>
public sealed class SampleDataTests
{
    private const string Measurement =
        """{"eventId":"7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0","deviceId":"device-0042","createdAt":"2026-11-23T06:00:00.123Z","sequence":1234567,"temperature":21.53,"humidity":48.2,"pressure":1013.25,"voltage":3.712,"signal":-67,"charging":true,"status":"ok","firmware":"2.4.1","location":{"lat":52.5201,"lon":13.405}}""";

    private static readonly StreamCatalog Catalog = StreamCatalog.Load(Repository.PathOf("streams.json"));

    [DatasetFact]
    public void Every_flight_of_the_data_set_is_a_valid_record()
    {
        var (batch, refused) = Decode("flights", RecordsOf("flights-200k.json"));

        Assert.Empty(refused);
        Assert.Equal(200_000, batch.RowCount);
        Assert.All(batch.Columns, column => Assert.Equal(0, column.NullCount));
    }

    [DatasetFact]
    public async Task Every_route_of_the_data_set_is_a_valid_record_and_finds_both_its_airports()
    {
        var (batch, refused) = Decode("routes", RecordsOf("flights-20k.json"));
        Assert.Empty(refused);
        Assert.Equal(20_000, batch.RowCount);

        var enrichments = Stream("routes").Lookups.ToList();
        await using var caches = new LookupCaches(
            enrichments, new AirportsCsv(), new RecordingLookupObserver(), new LookupOptions(), TimeProvider.System);
        foreach (var enricher in enrichments.Select(caches.EnricherOf))
        {
            await enricher.EnrichAsync(batch, CancellationToken.None);
        }

        Assert.Equal(20_000, batch.IncludedCount);
        Assert.All(batch.Columns, column => Assert.Equal((20_000, 0), (column.Count, column.NullCount)));
        Assert.Equal(
            ["Detroit, MI", "Las Vegas, NV"],
            new[] { "origin", "destination" }.Select(end => $"{Text(batch, $"{end}_city")}, {Text(batch, $"{end}_state")}"));
        Assert.Equal(new DateTime(2001, 1, 1, 0, 47, 0), DateTime.UnixEpoch.AddMicroseconds(((Int64Column)batch["date"]).Values[0]));
    }

    [Fact]
    public void The_sample_measurement_fills_all_fourteen_columns()
    {
        var (batch, refused) = Decode("telemetry", [Encoding.UTF8.GetBytes(Measurement)]);

        Assert.Empty(refused);
        Assert.Equal(
            [
                "eventId", "deviceId", "createdAt", "sequence", "temperature", "humidity", "pressure", "voltage", "signal", "charging",
                "status", "firmware", "location.lat", "location.lon", "_extra",
            ],
            Stream("telemetry").Schema.Columns.Select(c => c.Name));
        Assert.All(batch.Columns.Take(14), column => Assert.Equal((1, 0), (column.Count, column.NullCount)));
        Assert.Equal(1, batch["_extra"].NullCount);
        Assert.Equal("7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0", Encoding.UTF8.GetString(batch.Id[0]));
    }

    [Theory]
    [InlineData("flights", """{"delay":1,"distance":1,"time":24}""", "/time")]
    [InlineData("flights", """{"delay":1.5,"distance":1,"time":1}""", "/delay")]
    [InlineData("flights", """{"delay":1,"distance":0,"time":1}""", "/distance")]
    [InlineData("flights", """{"delay":1,"distance":1,"time":1,"more":1}""", "/more")]
    [InlineData("routes", """{"date":"2001/13/01 00:47","delay":1,"distance":1,"origin":"DTW","destination":"LAS"}""", "/date")]
    [InlineData("routes", """{"date":"2001/01/01 00:47","delay":1,"distance":1,"origin":"dtw","destination":"LAS"}""", "/origin")]
    [InlineData("telemetry", """{"eventId":"x","deviceId":"d","createdAt":"2026-11-23T06:00:00Z","temperature":1}""", "/eventId")]
    public void A_broken_record_is_refused_at_its_value(string stream, string record, string path)
    {
        var (batch, refused) = Decode(stream, [Encoding.UTF8.GetBytes(record)]);

        Assert.Equal(0, batch.RowCount);
        Assert.Equal((FaultCode.Schema, path), (Assert.Single(refused).Fault.Code, refused[0].Fault.Path));
    }

    private static (RecordBatch Batch, List<QuarantinedRecord> Refused) Decode(string name, IEnumerable<ReadOnlyMemory<byte>> bodies)
    {
        var stream = Stream(name);
        var batch = stream.CreateBatch();
        List<QuarantinedRecord> refused = [];
        using var decoder = new RecordDecoder(stream.Name, stream.Format, stream.Schema, new DecodingOptions());
        var properties = new Dictionary<string, object> { ["type"] = name };
        foreach (var (ordinal, body) in bodies.Index())
        {
            var source = new IncomingEvent { Body = body, SequenceNumber = ordinal, EnqueuedUnixMs = 1_795_413_600_000, Properties = properties };
            Assert.Same(stream, Catalog.Route(in source));
            decoder.Decode(in source, ordinal, batch, refused);
        }

        return (batch, refused);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> RecordsOf(string file)
    {
        using var records = JsonDocument.Parse(File.ReadAllBytes(DatasetFactAttribute.PathOf(file)));
        foreach (var record in records.RootElement.EnumerateArray())
        {
            yield return Encoding.UTF8.GetBytes(record.GetRawText());
        }
    }

    private static StreamDefinition Stream(string name) => Catalog.Streams.Single(s => s.Name == name);

    private static string Text(RecordBatch batch, string column) => Encoding.UTF8.GetString(((BytesColumn)batch[column])[0]);
}
