using System.Buffers.Binary;
using System.Globalization;
using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>Avro events: one datum, with or without a header that names its schema, or a container file of many.</summary>
internal sealed class AvroPayload : IPayloadReader, IRecordReader
{
    // Visits of values that take no bytes, beyond those that the size of the event pays for.
    private const int FreeVisits = 64 * 1024;
    private const int VisitsPerByte = 16;
    private readonly AvroDefinition definition;
    private readonly DecodingOptions options;
    private readonly RowWriter row;
    private readonly AvroContainer container;

    public AvroPayload(AvroDefinition definition, CompiledSchema columns, DecodingOptions options, ContentDecoder content)
    {
        (this.definition, this.options) = (definition, options);
        row = new RowWriter(columns, options);
        container = new AvroContainer(this, definition, options, content);
    }

    public ReadOnlySpan<byte> Id => row.Id;

    public void Read(ReadOnlyMemory<byte> payload, in DecodeTarget target)
    {
        if (definition.Framing == AvroFraming.Detect && payload.Span.StartsWith(AvroContainer.Magic))
        {
            container.Read(payload, target);
        }
        else if (TryReadAll(payload.Span, target, out var fault))
        {
            target.Commit(0, Id, payload);
        }
        else
        {
            target.RefuseWhole(fault);
        }
    }

    public bool TryReadAll(ReadOnlySpan<byte> record, in DecodeTarget target, out Fault fault)
    {
        if (!TryPlan(record, target.Event.ContentType, out var plan, out var start, out fault))
        {
            return false;
        }

        var cursor = Cursor(record[start..]);
        if (!TryRead(plan!, ref cursor, target, out fault))
        {
            return false;
        }

        if (cursor.Left == 0)
        {
            return true;
        }

        target.Batch.RollbackRow();
        fault = DecodeFaults.Malformed($"{cursor.Left} bytes follow the record; it was probably written with another schema.");
        return false;
    }

    public AvroCursor Cursor(ReadOnlySpan<byte> bytes) =>
        new(bytes, options.MaxStringBytes, options.MaxDepth, FreeVisits + ((long)bytes.Length * VisitsPerByte));

    /// <summary>One record without committing it. On a fault the row is rolled back, and the cursor is somewhere inside the record.</summary>
    public bool TryRead(AvroPlan plan, ref AvroCursor cursor, in DecodeTarget target, out Fault fault)
    {
        row.Attach(target.Batch);
        try
        {
            if (plan.Root.Read(ref cursor, row) && row.Finish(target.Event.EnqueuedUnixMs))
            {
                fault = default;
                return true;
            }

            fault = row.Fault;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            fault = DecodeFaults.Internal(exception);
        }

        target.Batch.RollbackRow();
        return false;
    }

    /// <summary>The schema that a datum was written with, and where it begins.</summary>
    private bool TryPlan(ReadOnlySpan<byte> record, string? contentType, out AvroPlan? plan, out int start, out Fault fault)
    {
        (plan, start, fault) = (null, 0, default);
        if (definition.Framing == AvroFraming.None)
        {
            plan = definition.Own;
            return true;
        }

        if (record.Length >= 10 && record[0] == 0xc3 && record[1] == 0x01)
        {
            var fingerprint = BinaryPrimitives.ReadUInt64LittleEndian(record[2..]);
            (plan, start) = (definition.Find(fingerprint), 10);
            fault = Unknown($"fingerprint {Convert.ToHexStringLower(record.Slice(2, 8))}", "\"writers\"");
        }
        else if (SchemaIdOf(contentType) is { Length: > 0 } id)
        {
            plan = definition.Find(id);
            fault = Unknown($"schema id {id}", "\"ids\"");
        }
        else if (record.Length >= 5 && record[0] == 0)
        {
            var number = BinaryPrimitives.ReadUInt32BigEndian(record[1..]).ToString(CultureInfo.InvariantCulture);
            (plan, start) = (definition.Find(number), 5);
            fault = Unknown($"schema id {number}", "\"ids\"");
        }
        else
        {
            fault = DecodeFaults.Malformed(
                "The event is neither an Avro container file, nor in single-object encoding, nor does it begin with a schema id; if it is a bare datum, set \"framing\": \"none\".");
        }

        return plan is not null;
    }

    private static Fault Unknown(string what, string key) => DecodeFaults.Schema(
        $"The record was written with a schema of {what}, which the stream does not know; add that schema under {key}.", null);

    /// <summary><c>avro/binary+ID</c>, as Azure Schema Registry's clients write it.</summary>
    private static string SchemaIdOf(string? contentType)
    {
        var type = MediaType.Of(contentType);
        var plus = type.IndexOf('+');
        return plus > 0 && type[..plus].Equals("avro/binary", StringComparison.OrdinalIgnoreCase) ? type[(plus + 1)..].ToString() : "";
    }
}
