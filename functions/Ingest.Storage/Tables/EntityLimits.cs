using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Tables;

/// <summary>What Table Storage would refuse of a batch's rows. Emulators take some of it, so nobody else checks it.</summary>
/// <param name="times">Null: the rows do not carry what their order is read from.</param>
internal sealed class EntityLimits(
    RecordBatch batch, SegmentContext context, EventTimes? times, IReadOnlyList<(Column Column, string Property)> properties)
{
    private const int MaxProperties = 252;
    private const int MaxStringLength = 32 * 1024;
    private const int MaxEntityBytes = 1024 * 1024;

    /// <summary>Names, types and values of the origin's and the order's properties; the hub's name comes on top.</summary>
    private const int OriginBytes = 256;
    private const int OriginProperties = 5;
    private const int OrderProperties = 2;

    private const long MicrosecondsPerDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;
    private const string TimeProblem = "a time outside 1601-9999, which Table Storage cannot hold";

    private static readonly long EarliestTime = ColumnText.MicrosecondsOf(new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly long LatestTime = ColumnText.MicrosecondsOf(DateTimeOffset.MaxValue);

    // Most batches are far from every limit, which one look at each column shows.
    private readonly Lazy<bool> allFit = new(() => AllFit(batch, context, times, properties), LazyThreadSafetyMode.None);

    /// <summary>Null where Table Storage will take the row, else one sentence.</summary>
    /// <param name="partitionKey">UTF-8.</param>
    /// <param name="rowKey">UTF-8.</param>
    public string? Check(int row, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> rowKey) =>
        allFit.Value ? null : CheckRow(row, ValueText.CharactersOf(partitionKey) + ValueText.CharactersOf(rowKey));

    private string? CheckRow(int row, int keyCharacters)
    {
        var size = 4L + OriginBytes + (2 * (keyCharacters + context.Partition.Hub.Length));
        var count = OriginProperties;
        if (times is not null)
        {
            count += OrderProperties;
            if (!IsStorable(times[row]))
            {
                return $"The event time is {TimeProblem}.";
            }
        }

        foreach (var (column, property) in properties)
        {
            if (column.IsNull(row))
            {
                continue;
            }

            count++;
            var (value, problem) = SizeOf(column, row);
            if (problem is not null)
            {
                return $"Column {column.Definition.Name}: {problem}.";
            }

            size += 8 + (2 * property.Length) + value;
        }

        return count > MaxProperties ? $"The row has {count} properties; Table Storage takes {MaxProperties}."
            : size > MaxEntityBytes ? $"The row has {size} bytes; Table Storage takes {MaxEntityBytes}."
            : null;
    }

    private static (long Bytes, string? Problem) SizeOf(Column column, int row)
    {
        switch (column)
        {
            case BytesColumn texts:
                return TextSize(texts[row], "characters");
            case ListColumn list:
                return TextSize(ListJson.Of(list, row), "characters as JSON");
            case Int64Column { Definition.Type: ColumnType.Timestamp } instants when !IsStorable(instants.Values[row]):
            case Int64Column { Definition.Type: ColumnType.Date } dates when !IsStorableDay(dates.Values[row]):
                return (0, TimeProblem);
            case DoubleColumn doubles when !double.IsFinite(doubles.Values[row]):
                // The service has a spelling for these, and the SDKs fail to read it.
                return (0, "not a finite number, which clients of Table Storage cannot read");
            case UuidColumn:
                return (16, null);
            default:
                return (8, null);
        }
    }

    private static (long Bytes, string? Problem) TextSize(ReadOnlySpan<byte> text, string unit)
    {
        var characters = ValueText.CharactersOf(text);
        return characters <= MaxStringLength ? (4 + (2 * characters), null) : (0, $"{characters} {unit}; Table Storage takes {MaxStringLength}");
    }

    /// <summary>False where one row may not fit.</summary>
    private static bool AllFit(RecordBatch batch, SegmentContext context, EventTimes? times, IReadOnlyList<(Column Column, string Property)> properties)
    {
        var size = 4L + OriginBytes + (2 * ((2 * KeyRenderer.MaxLength) + context.Partition.Hub.Length));
        foreach (var (column, property) in properties)
        {
            var (fits, largest) = Largest(column);
            if (!fits)
            {
                return false;
            }

            size += 8 + (2 * property.Length) + largest;
        }

        for (var row = 0; times is not null && row < batch.RowCount; row++)
        {
            if (!IsStorable(times[row]))
            {
                return false;
            }
        }

        return size <= MaxEntityBytes && properties.Count + OriginProperties + OrderProperties <= MaxProperties;
    }

    private static (bool Fit, long Bytes) Largest(Column column)
    {
        switch (column)
        {
            case BytesColumn texts:
                var (longest, start) = (0, 0);
                foreach (var end in texts.Ends)
                {
                    longest = Math.Max(longest, end - start);
                    start = end;
                }

                // A character of UTF-16 takes at least one byte of UTF-8.
                return (longest <= MaxStringLength, 4 + (2L * longest));
            case ListColumn:
                return (false, 0);
            case Int64Column { Definition.Type: ColumnType.Timestamp } instants:
                return (!instants.Values.ContainsAnyExceptInRange(EarliestTime, LatestTime), 8);
            case Int64Column { Definition.Type: ColumnType.Date } dates:
                return (!dates.Values.ContainsAnyExceptInRange(EarliestTime / MicrosecondsPerDay, LatestTime / MicrosecondsPerDay), 8);
            case DoubleColumn doubles:
                var sum = 0.0;
                foreach (var value in doubles.Values)
                {
                    sum += value * 0;
                }

                return (sum == 0, 8);
            default:
                return (true, 16);
        }
    }

    private static bool IsStorable(long microseconds) => microseconds >= EarliestTime && microseconds <= LatestTime;

    private static bool IsStorableDay(long days) => days >= EarliestTime / MicrosecondsPerDay && days <= LatestTime / MicrosecondsPerDay;
}
