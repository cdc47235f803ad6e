using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;

namespace Ingest.Storage.Tables;

/// <summary>
/// Renders a key template for a row, in UTF-8. Values are percent-encoded by <see cref="TableKeyEncoding"/>; the bucket of
/// <c>{hash:column:NN}</c> is XxHash3 (64 bits, seed 0) of the value's UTF-8 text modulo NN, in as many digits as NN − 1 has.
/// </summary>
internal sealed class KeyRenderer
{
    /// <summary>Table Storage's limit is 1 KiB of UTF-16.</summary>
    public const int MaxLength = 512;

    /// <summary>The name by which a template means the record's id.</summary>
    private const string RecordId = "id";

    private readonly KeyTemplate template;
    private readonly RecordBatch batch;
    private readonly EventTimes times;
    private readonly SegmentContext context;
    private readonly Part[] parts;

    /// <param name="batch">The batch whose rows are rendered.</param>
    /// <exception cref="KeyNotFoundException">The batch has no such column; loading streams.json checks this.</exception>
    public KeyRenderer(KeyTemplate template, RecordBatch batch, EventTimes times, SegmentContext context)
    {
        this.template = template;
        this.batch = batch;
        this.times = times;
        this.context = context;
        parts = [.. template.Parts.Select(part => part switch
        {
            KeyLiteral literal => new Part(part, null, Encoding.UTF8.GetBytes(TableKeyEncoding.Encode(literal.Text)), 0),
            KeyColumn { Column: not RecordId } column => new Part(part, batch[column.Column], [], 0),
            KeyHash { Column: not RecordId } hash => new Part(part, batch[hash.Column], [], DigitsOf(hash)),
            KeyHash hash => new Part(part, null, [], DigitsOf(hash)),
            _ => new Part(part, null, [], 0),
        })];
    }

    /// <summary>Appends the row's key; says what is wrong where the row has none, and has then appended nothing.</summary>
    public string? Render(int row, Utf8Buffer into)
    {
        var start = into.Length;
        foreach (var part in parts)
        {
            if (RenderPart(part, row, into) is { } problem)
            {
                into.Truncate(start);
                return problem;
            }
        }

        var key = into.Written[start..];
        if (key.Length <= MaxLength || ValueText.CharactersOf(key) is <= MaxLength)
        {
            return null;
        }

        var characters = ValueText.CharactersOf(key);
        into.Truncate(start);
        return $"The key {template.Text} has {characters} characters; Table Storage takes {MaxLength}.";
    }

    private string? RenderPart(in Part part, int row, Utf8Buffer into)
    {
        switch (part.Kind)
        {
            case KeyLiteral:
                into.Write(part.Literal);
                return null;
            case KeyColumn when part.Column is BytesColumn texts && !texts.IsNull(row):
                TableKeyEncoding.Encode(texts[row], into);
                return null;
            case KeyColumn when part.Column is null && !batch.Id.IsNull(row):
                TableKeyEncoding.Encode(batch.Id[row], into);
                return null;
            case KeyColumn when ValueOf(part, row) is { } value:
                TableKeyEncoding.Encode(Encoding.UTF8.GetBytes(value), into);
                return null;
            case KeyHash hash when part.Column is BytesColumn texts && !texts.IsNull(row):
                WriteBucket(texts[row], hash.Buckets, part.Digits, into);
                return null;
            case KeyHash hash when ValueOf(part, row) is { } hashed:
                WriteBucket(Encoding.UTF8.GetBytes(hashed), hash.Buckets, part.Digits, into);
                return null;
            case KeyTimeFormat format when times.InstantOf(row) is { } time:
                TableKeyEncoding.Encode(Encoding.UTF8.GetBytes(time.ToString(format.Format, CultureInfo.InvariantCulture)), into);
                return null;
            case KeyTimeDescending when times.InstantOf(row) is { } time:
                WriteDigits(DateTime.MaxValue.Ticks - time.UtcTicks, 19, into);
                return null;
            case KeyTimeFormat or KeyTimeDescending:
                return $"The key {template.Text} needs a time in the years 1 to 9999.";
            default:
                return $"The key {template.Text} needs {part.Column?.Definition.Name ?? RecordId}, which has no value.";
        }
    }

    private string? ValueOf(in Part part, int row) =>
        part.Column is { } column ? ColumnText.Of(column, row) : OriginIds.TextOf(batch, row, context);

    private static int DigitsOf(KeyHash hash) => (hash.Buckets - 1).ToString(CultureInfo.InvariantCulture).Length;

    private static void WriteBucket(ReadOnlySpan<byte> value, int buckets, int digits, Utf8Buffer into) =>
        WriteDigits((long)(XxHash3.HashToUInt64(value) % (ulong)buckets), digits, into);

    private static void WriteDigits(long number, int digits, Utf8Buffer into)
    {
        var text = into.Room(digits)[..digits];
        for (var i = digits - 1; i >= 0; i--)
        {
            (number, var digit) = Math.DivRem(number, 10);
            text[i] = (byte)('0' + digit);
        }

        into.Advance(digits);
    }

    /// <param name="Column">Null for the record's id, and where the part needs none.</param>
    /// <param name="Literal">Encoded.</param>
    private readonly record struct Part(KeyPart Kind, Column? Column, byte[] Literal, int Digits);
}
