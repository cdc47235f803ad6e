using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;

namespace Ingest.Storage.Tables;

/// <summary>
/// Renders a key template for a row. Values are percent-encoded by <see cref="TableKeyEncoding"/>; the bucket of
/// <c>{hash:column:NN}</c> is XxHash3 (64 bits, seed 0) of the value's UTF-8 text modulo NN, in as many digits as NN − 1 has.
/// </summary>
internal sealed class KeyRenderer(KeyTemplate template, string? timeColumn)
{
    /// <summary>Table Storage's limit is 1 KiB of UTF-16.</summary>
    public const int MaxLength = 512;

    /// <summary>Says what is wrong instead, where the row has no such key.</summary>
    public (string Key, string? Problem) Render(RecordBatch batch, int row, SegmentContext context)
    {
        var key = new StringBuilder();
        foreach (var part in template.Parts)
        {
            var (text, problem) = RenderPart(part, batch, row, context);
            if (problem is not null)
            {
                return ("", problem);
            }

            key.Append(text);
        }

        return key.Length <= MaxLength
            ? (key.ToString(), null)
            : ("", $"The key {template.Text} has {key.Length} characters; Table Storage takes {MaxLength}.");
    }

    /// <summary>Event time in microseconds: the stream's time column, or the enqueued time where it has none.</summary>
    public static long TimeOf(RecordBatch batch, int row, string? timeColumn) =>
        timeColumn is not null && batch[timeColumn] is Int64Column times && !times.IsNull(row) ? times.Values[row] : batch.Enqueued.Values[row];

    private (string Text, string? Problem) RenderPart(KeyPart part, RecordBatch batch, int row, SegmentContext context)
    {
        switch (part)
        {
            case KeyLiteral literal:
                return (TableKeyEncoding.Encode(literal.Text), null);
            case KeyColumn column:
                return ValueOf(column.Column, batch, row, context) is { } value
                    ? (TableKeyEncoding.Encode(value), null)
                    : ("", $"The key {template.Text} needs {column.Column}, which has no value.");
            case KeyHash hash:
                return ValueOf(hash.Column, batch, row, context) is { } hashed
                    ? (Bucket(hashed, hash.Buckets), null)
                    : ("", $"The key {template.Text} needs {hash.Column}, which has no value.");
            default:
                return ColumnText.Instant(TimeOf(batch, row, timeColumn)) is { } time
                    ? (RenderTime(part, time), null)
                    : ("", $"The key {template.Text} needs a time in the years 1 to 9999.");
        }
    }

    private static string RenderTime(KeyPart part, DateTimeOffset time) => part is KeyTimeFormat format
        ? TableKeyEncoding.Encode(time.ToString(format.Format, CultureInfo.InvariantCulture))
        : (DateTime.MaxValue.Ticks - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    private static string? ValueOf(string column, RecordBatch batch, int row, SegmentContext context) =>
        column == "id" ? OriginIds.TextOf(batch, row, context) : ColumnText.Of(batch[column], row);

    private static string Bucket(string value, int buckets)
    {
        var digits = (buckets - 1).ToString(CultureInfo.InvariantCulture).Length;
        var bucket = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(value)) % (ulong)buckets;
        return bucket.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }
}
