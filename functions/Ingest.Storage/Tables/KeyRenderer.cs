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
    private readonly Column?[] columns;
    private readonly StringBuilder key = new();

    /// <param name="batch">The batch whose rows are rendered; the renderer serves one thread.</param>
    /// <exception cref="KeyNotFoundException">The batch has no such column; loading streams.json checks this.</exception>
    public KeyRenderer(KeyTemplate template, RecordBatch batch, EventTimes times, SegmentContext context)
    {
        this.template = template;
        this.batch = batch;
        this.times = times;
        this.context = context;
        columns = [.. template.Parts.Select(part => part switch
        {
            KeyColumn { Column: not RecordId } column => batch[column.Column],
            KeyHash { Column: not RecordId } hash => batch[hash.Column],
            _ => null,
        })];
    }

    /// <summary>Says what is wrong instead, where the row has no such key.</summary>
    public (string Key, string? Problem) Render(int row)
    {
        key.Clear();
        for (var i = 0; i < columns.Length; i++)
        {
            if (RenderPart(i, row) is { } problem)
            {
                return ("", problem);
            }
        }

        return key.Length <= MaxLength
            ? (key.ToString(), null)
            : ("", $"The key {template.Text} has {key.Length} characters; Table Storage takes {MaxLength}.");
    }

    private string? RenderPart(int part, int row)
    {
        switch (template.Parts[part])
        {
            case KeyLiteral literal:
                key.Append(TableKeyEncoding.Encode(literal.Text));
                return null;
            case KeyColumn when ValueOf(part, row) is { } value:
                key.Append(TableKeyEncoding.Encode(value));
                return null;
            case KeyHash hash when ValueOf(part, row) is { } hashed:
                key.Append(Bucket(hashed, hash.Buckets));
                return null;
            case KeyTimeFormat format when times.InstantOf(row) is { } time:
                key.Append(TableKeyEncoding.Encode(time.ToString(format.Format, CultureInfo.InvariantCulture)));
                return null;
            case KeyTimeDescending when times.InstantOf(row) is { } time:
                key.Append(CultureInfo.InvariantCulture, $"{DateTime.MaxValue.Ticks - time.UtcTicks:D19}");
                return null;
            case KeyTimeFormat or KeyTimeDescending:
                return $"The key {template.Text} needs a time in the years 1 to 9999.";
            default:
                return $"The key {template.Text} needs {columns[part]?.Definition.Name ?? RecordId}, which has no value.";
        }
    }

    private string? ValueOf(int part, int row) =>
        columns[part] is { } column ? ColumnText.Of(column, row) : OriginIds.TextOf(batch, row, context);

    private static string Bucket(string value, int buckets)
    {
        var digits = (buckets - 1).ToString(CultureInfo.InvariantCulture).Length;
        var bucket = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(value)) % (ulong)buckets;
        return bucket.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }
}
