using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Tests.Records;
using Ingest.Pipeline.Tests.Schemas;

namespace Ingest.Pipeline.Tests.Decoding;

/// <summary>What became of some events.</summary>
internal sealed record Decoded(RecordBatch Batch, List<QuarantinedRecord> Refused)
{
    public const long EnqueuedUnixMs = 1_795_000_000_000;

    public static Decoded Of(CompiledSchema schema, PayloadFormat format, DecodingOptions? options, params IncomingEvent[] events)
    {
        var batch = new RecordBatch("test", "0", schema.Columns);
        List<QuarantinedRecord> refused = [];
        using var decoder = new RecordDecoder("test", format, schema, options ?? new DecodingOptions());
        for (var i = 0; i < events.Length; i++)
        {
            decoder.Decode(events[i], i, batch, refused);
        }

        return new Decoded(batch, refused);
    }

    /// <summary>Events of a stream that was loaded from its definition.</summary>
    public static Decoded Of(StreamDefinition stream, DecodingOptions? options, params IncomingEvent[] events)
    {
        var batch = stream.CreateBatch();
        List<QuarantinedRecord> refused = [];
        using var decoder = new RecordDecoder(stream.Name, stream.Payload, options ?? new DecodingOptions());
        for (var i = 0; i < events.Length; i++)
        {
            decoder.Decode(events[i], i, batch, refused);
        }

        return new Decoded(batch, refused);
    }

    /// <summary>One JSON record against a schema.</summary>
    public static Decoded One(string schema, string record, TimeFormat? time = null, string? id = null) =>
        Of(Compiled.Schema(schema, time, id), PayloadFormat.Json, null, Event(record));

    /// <summary>Records that a schema of one property <c>v</c> takes or refuses.</summary>
    public static Decoded Value(string schema, string value) => One($$"""{"type":"object","properties":{"v":{{schema}} } }""", $$"""{"v":{{value}} }""");

    public static IncomingEvent Event(string body, long sequence = 0, string? encoding = null) => Event(Encoding.UTF8.GetBytes(body), sequence, encoding);

    public static IncomingEvent Event(byte[] body, long sequence = 0, string? encoding = null) => new()
    {
        Body = body,
        SequenceNumber = sequence,
        EnqueuedUnixMs = EnqueuedUnixMs,
        PartitionKey = "k",
        Properties = encoding is null ? null : new Dictionary<string, object> { ["content-encoding"] = encoding },
    };

    /// <summary>The value of the only row.</summary>
    public object? this[string column]
    {
        get
        {
            Assert.True(Refused.Count == 0, string.Join("; ", Refused.Select(r => r.Fault.ToString())));
            Assert.Equal(1, Batch.RowCount);
            return Batch.Value(column, 0);
        }
    }

    /// <summary>The fault of the only record.</summary>
    public Fault Fault
    {
        get
        {
            Assert.Equal(0, Batch.RowCount);
            return Assert.Single(Refused).Fault;
        }
    }
}
