using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Streams;

namespace Ingest.Pipeline.Tests.Enrichment;

/// <summary>Events that went through one stream, up to its sinks.</summary>
internal sealed class Enriched
{
    public const string Schema = """
        {
          "properties": {
            "deviceId": { "type": "string" },
            "number": { "type": "integer" },
            "uuid": { "type": "string", "format": "uuid" },
            "temperature": { "type": "number" },
            "at": { "type": "string", "format": "date-time" },
            "tags": { "type": "array", "items": { "type": "string" } },
            "open": { "type": "object" },
            "owner": { "type": "object", "properties": { "email": { "type": "string" }, "phone": { "type": "string" }, "age": { "type": "integer" } } }
          }
        }
        """;

    private Enriched(RecordBatch batch, List<QuarantinedRecord> refused)
    {
        Batch = batch;
        Refused = refused;
    }

    public RecordBatch Batch { get; }

    public List<QuarantinedRecord> Refused { get; }

    /// <summary>The values of a column that stores may see, as text.</summary>
    public IReadOnlyList<string?> this[string column]
    {
        get
        {
            var found = Batch.WrittenColumns.SingleOrDefault(c => c.Definition.Name == column) ?? (column == "_id" ? Batch.Id : throw new KeyNotFoundException(column));
            Assert.Equal(Batch.RowCount, found.Count);
            return [.. Enumerable.Range(0, found.Count).Select(row => Text(found, row))];
        }
    }

    /// <param name="members">More members of the stream, each with a comma before it.</param>
    public static StreamDefinition Stream(string members) => Assert.Single(StreamCatalog.Load(Files(members)).Streams);

    public static MemoryStreamFiles Files(string members) =>
        new MemoryStreamFiles($$"""{ "streams": [ { "name": "one", "schema": "s.json"{{members}} } ] }""").With("s.json", Schema);

    public static Task<Enriched> RunAsync(string members, params string[] bodies) =>
        RunAsync(members, [], [.. bodies.Select((body, i) => new IncomingEvent { Body = Encoding.UTF8.GetBytes(body), SequenceNumber = i, EnqueuedUnixMs = 0 })]);

    public static async Task<Enriched> RunAsync(string members, IReadOnlyList<IEnricherFactory> factories, IncomingEvent[] events)
    {
        var catalog = StreamCatalog.Load(Files(members));
        var stream = catalog.Streams[0];
        var enrichers = new StreamEnrichers(catalog, null, PipelineWorld.Settings.GetValueOrDefault, factories);
        using var decoder = new RecordDecoder(stream.Name, stream.Format, stream.Schema, new DecodingOptions());
        var batch = stream.CreateBatch();
        var refused = new List<QuarantinedRecord>();
        for (var i = 0; i < events.Length; i++)
        {
            decoder.Decode(in events[i], i, batch, refused);
        }

        batch.Events = events;
        foreach (var enricher in enrichers.Of(stream))
        {
            await enricher.EnrichAsync(batch, default);
        }

        return new Enriched(batch, refused);
    }

    private static string? Text(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        BytesColumn bytes => Encoding.UTF8.GetString(bytes[row]),
        BooleanColumn flags => flags.Values[row] ? "true" : "false",
        Int64Column integers => integers.Values[row].ToString(CultureInfo.InvariantCulture),
        DoubleColumn doubles => doubles.Values[row].ToString(CultureInfo.InvariantCulture),
        UuidColumn uuids => new Guid(MemoryMarshal.AsBytes(uuids.Values.Slice(row, 1)), bigEndian: true).ToString(),
        _ => throw new NotSupportedException(column.GetType().Name),
    };
}
