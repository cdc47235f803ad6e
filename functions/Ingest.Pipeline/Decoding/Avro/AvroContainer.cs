using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>
/// Object container files. A record that the schema refuses costs only itself; where a record's end is lost, the rest of its block
/// is kept with it, and the next block, which the sync marker shows, goes on.
/// </summary>
internal sealed class AvroContainer(AvroPayload records, AvroDefinition definition, DecodingOptions options, ContentDecoder content)
{
    private const int SyncLength = 16;
    private const int MaxPlans = 64;

    // Producers send the same schema with every file.
    private readonly Dictionary<string, (AvroPlan? Plan, string Problem)> plans = new(StringComparer.Ordinal);

    public static ReadOnlySpan<byte> Magic => "Obj\u0001"u8;

    public void Read(ReadOnlyMemory<byte> file, in DecodeTarget target)
    {
        if (!TryHeader(file.Span, out var header, out var fault))
        {
            target.RefuseWhole(fault);
            return;
        }

        var cursor = records.Cursor(file.Span);
        cursor.At = header.Length;
        var state = new State(file.Span.Slice(header.Length - SyncLength, SyncLength), options.MaxDecompressedBytes);
        while (cursor.Left > 0)
        {
            var start = cursor.At;
            if (!cursor.TryLong(out var count) || !cursor.TryLong(out var size) || count < 0 || size < 0 || size > cursor.Left - SyncLength)
            {
                target.RefuseRest(state.Index, file[start..], DecodeFaults.Malformed("A block of the container file is cut off, or its length cannot be."));
                return;
            }

            var block = file.Slice(cursor.At, (int)size);
            cursor.At += (int)size;
            cursor.TryTake(SyncLength, out var sync);
            if (!sync.SequenceEqual(state.Sync))
            {
                target.RefuseRest(state.Index, file[start..], DecodeFaults.Malformed("The sync marker behind a block is not that of the container file."));
                return;
            }

            if (!TryBlock(header, block, count, file[cursor.At..], target, ref state))
            {
                return;
            }
        }

        if (state.Index == 0)
        {
            target.RefuseWhole(DecodeFaults.Empty() with { Detail = "The container file holds no record." });
        }
    }

    /// <summary>False where the rest of the file was refused.</summary>
    private bool TryBlock(Header header, ReadOnlyMemory<byte> block, long count, ReadOnlyMemory<byte> behind, in DecodeTarget target, scoped ref State state)
    {
        var data = block;
        if (header.Codec is { } codec)
        {
            if (content.Decode(block, codec, state.BytesLeft, out var fault) is not { } decoded)
            {
                target.Refuse(state.Index++, block, fault);
                return true;
            }

            target.Batch.KeepUntilClear(decoded);
            data = decoded.Bytes;
            state.BytesLeft -= data.Length;
        }

        var cursor = records.Cursor(data.Span);
        for (; count > 0; count--)
        {
            if (state.Index >= options.MaxRecordsPerEvent)
            {
                target.RefuseRest(state.Index, data[cursor.At..], DecodeFaults.TooMany(options));
                if (!behind.IsEmpty)
                {
                    target.Refuse(state.Index + 1, behind, DecodeFaults.TooMany(options));
                }

                return false;
            }

            var start = cursor.At;
            if (records.TryRead(header.Plan, ref cursor, target, out var fault))
            {
                target.Commit(state.Index++, records.Id, data[start..cursor.At]);
                continue;
            }

            // What could not be stored may still be walked over.
            cursor.At = start;
            if (!cursor.TrySkip(header.Plan.Writer))
            {
                target.Refuse(state.Index++, data[start..], fault with { Detail = $"{fault.Detail} The rest of its block is kept with it." });
                return true;
            }

            target.Refuse(state.Index++, data[start..cursor.At], fault);
        }

        if (cursor.Left > 0)
        {
            target.Refuse(state.Index++, data[cursor.At..], DecodeFaults.Malformed("A block holds bytes behind its last record."));
        }

        return true;
    }

    private bool TryHeader(ReadOnlySpan<byte> file, out Header header, out Fault fault)
    {
        header = null!;
        fault = DecodeFaults.Malformed("The header of the container file is cut off.");
        var cursor = records.Cursor(file);
        cursor.At = Magic.Length;
        string? schema = null;
        var codec = "null";
        while (true)
        {
            if (!cursor.TryBlock(out var count))
            {
                return false;
            }

            if (count == 0)
            {
                break;
            }

            for (; count > 0; count--)
            {
                if (!cursor.TryBytes(out var key) || !cursor.TryBytes(out var value))
                {
                    return false;
                }

                schema = key.SequenceEqual("avro.schema"u8) ? Encoding.UTF8.GetString(value) : schema;
                codec = key.SequenceEqual("avro.codec"u8) ? Encoding.UTF8.GetString(value) : codec;
            }
        }

        if (!cursor.TryTake(SyncLength, out _))
        {
            return false;
        }

        ContentCodec? known = codec switch
        {
            "deflate" => ContentCodec.RawDeflate,
            "zstandard" => ContentCodec.Zstd,
            "snappy" => ContentCodec.Snappy,
            _ => null,
        };
        if (known is null && codec != "null")
        {
            var shown = codec.Length <= 40 ? codec : $"{codec[..40]}…";
            fault = new Fault(
                FaultStage.Decode, FaultCode.UnsupportedEncoding, $"The codec {shown} of the container file is not supported; supported are null, deflate, snappy and zstandard.");
            return false;
        }

        if (schema is null)
        {
            fault = DecodeFaults.Malformed("The container file names no avro.schema.");
            return false;
        }

        var (plan, problem) = PlanOf(schema);
        if (plan is null)
        {
            fault = DecodeFaults.Schema(problem, null);
            return false;
        }

        header = new Header(cursor.At, plan, known);
        return true;
    }

    private (AvroPlan? Plan, string Problem) PlanOf(string schema)
    {
        if (plans.TryGetValue(schema, out var known))
        {
            return known;
        }

        if (plans.Count == MaxPlans)
        {
            plans.Clear();
        }

        List<ConfigurationError> errors = [];
        (AvroPlan?, string) result;
        try
        {
            var writer = AvroSchemaParser.Parse(new SchemaSource("avro.schema", Encoding.UTF8.GetBytes(schema)), errors);
            result = writer is null ? (null, $"The schema of the container file cannot be used: {errors[0].Message}") : (definition.PlanOf(writer), "");
        }
        catch (AvroResolutionException e)
        {
            result = (null, $"The stream's schema cannot read the container file: {e.Message}");
        }

        catch (Exception e) when (e is not OutOfMemoryException)
        {
            result = (null, $"The schema of the container file cannot be used: {e.GetType().Name}: {e.Message}");
        }

        return plans[schema] = result;
    }

    private sealed record Header(int Length, AvroPlan Plan, ContentCodec? Codec);

    private ref struct State(ReadOnlySpan<byte> sync, int bytesLeft)
    {
        public ReadOnlySpan<byte> Sync { get; } = sync;

        public int Index { get; set; }

        /// <summary>How much the remaining blocks may still expand to.</summary>
        public int BytesLeft { get; set; } = bytesLeft;
    }
}
