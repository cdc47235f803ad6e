using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Parquet.Serialization;

namespace Ingest.Benchmarks;

/// <summary>Utf8JsonReader over every token, taking nothing: what reading JSON costs at least.</summary>
internal sealed class BareScan(IncomingEvent[] events)
{
    public int Run()
    {
        var tokens = 0;
        foreach (ref readonly var e in events.AsSpan())
        {
            var reader = new Utf8JsonReader(e.Body.Span);
            while (reader.Read())
            {
                tokens++;
            }
        }

        return tokens;
    }
}

/// <summary>The product's way: bytes → validated typed columns → Parquet.</summary>
internal sealed class Ours : IDisposable
{
    private static readonly SegmentContext Context = new(new PartitionId("benchmark.servicebus.windows.net", "telemetry", 0), 1, TelemetryEvents.EnqueuedUnixMs);
    private static readonly LakeDefinition Lake = new(LakeCompression.Zstd, []);
    private readonly RecordDecoder decoder = new("telemetry", PayloadFormat.Json, TelemetryEvents.Schema, new DecodingOptions());
    private readonly RecordBatch batch = new("telemetry", "0123456789abcdef", TelemetryEvents.Schema.Columns);
    private readonly List<QuarantinedRecord> refused = [];
    private readonly ParquetSegmentWriter writer = new();
    private readonly MemoryStream file = new();
    private readonly IncomingEvent[] events;
    private readonly int[] rows;

    public Ours(IncomingEvent[] events)
    {
        this.events = events;
        rows = [.. Enumerable.Range(0, events.Length)];
    }

    public int Read()
    {
        batch.Clear();
        for (var i = 0; i < events.Length; i++)
        {
            decoder.Decode(events[i], i, batch, refused);
        }

        return refused.Count == 0 ? batch.RowCount : throw new InvalidOperationException(refused[0].Fault.ToString());
    }

    /// <summary>Returns the size of the file.</summary>
    public long ReadAndWrite()
    {
        Read();
        return WriteOnly();
    }

    /// <summary>Writes what was read last.</summary>
    public long WriteOnly()
    {
        file.SetLength(0);
        writer.Write(batch, rows, Context, Lake, file);
        return file.Length;
    }

    public void Dispose()
    {
        decoder.Dispose();
        file.Dispose();
    }
}

/// <summary>
/// What one would write without this project: the body as a string, as the trigger's quickstart has it, a list of objects, and
/// Parquet.Net's serializer; all with the defaults of their libraries. Nothing is validated.
/// </summary>
/// <param name="fromBytes">Spares the string, for those who know that the serializer reads UTF-8 as well.</param>
internal sealed class Naive(IncomingEvent[] events, bool fromBytes)
{
    /// <summary>Returns the size of the file.</summary>
    public async Task<long> ReadAndWriteAsync()
    {
        List<Telemetry> records = [];
        foreach (var e in events)
        {
            records.Add(fromBytes
                ? JsonSerializer.Deserialize<Telemetry>(e.Body.Span, JsonSerializerOptions.Web)!
                : JsonSerializer.Deserialize<Telemetry>(Encoding.UTF8.GetString(e.Body.Span), JsonSerializerOptions.Web)!);
        }

        using var file = new MemoryStream();
        await ParquetSerializer.SerializeAsync(records, file).ConfigureAwait(false);
        return file.Length;
    }
}

public sealed class Telemetry
{
    public string? EventId { get; set; }

    public string? DeviceId { get; set; }

    public DateTime CreatedAt { get; set; }

    public double Temperature { get; set; }

    public double? Humidity { get; set; }

    public double? Pressure { get; set; }

    public long? Battery { get; set; }

    public long? Rssi { get; set; }

    public double? Latitude { get; set; }

    public double? Longitude { get; set; }

    public string? Status { get; set; }

    public string? Firmware { get; set; }

    public bool? Charging { get; set; }

    public string? Site { get; set; }
}
