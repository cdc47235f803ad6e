using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ingest.Pipeline.Records;

namespace Ingest.Storage.Tables;

/// <summary>One value as text, the same on every machine and in every version, because keys are made of it.</summary>
internal static class ColumnText
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    private static readonly long MinMicroseconds = MicrosecondsOf(DateTimeOffset.MinValue);
    private static readonly long MaxMicroseconds = MicrosecondsOf(DateTimeOffset.MaxValue);

    /// <summary>Null where the row is null, is a list, or lies outside the years 1 to 9999.</summary>
    public static string? Of(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return null;
        }

        return column switch
        {
            Int64Column { Definition.Type: ColumnType.Timestamp } times =>
                Instant(times.Values[row])?.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            Int64Column { Definition.Type: ColumnType.Date } dates => Day(dates.Values[row])?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Int64Column integers => integers.Values[row].ToString(CultureInfo.InvariantCulture),
            DoubleColumn doubles => doubles.Values[row].ToString("R", CultureInfo.InvariantCulture),
            BooleanColumn booleans => booleans.Values[row] ? "true" : "false",
            UuidColumn uuids => UuidOf(uuids, row).ToString("D"),
            BytesColumn bytes => Encoding.UTF8.GetString(bytes[row]),
            _ => null,
        };
    }

    /// <summary>Null outside the years 1 to 9999.</summary>
    public static DateTimeOffset? Instant(long microseconds) => microseconds >= MinMicroseconds && microseconds <= MaxMicroseconds
        ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TicksPerMicrosecond)
        : null;

    public static long MicrosecondsOf(DateTimeOffset time) =>
        (long)Math.Floor((decimal)(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TicksPerMicrosecond);

    /// <summary>Null outside the years 1 to 9999.</summary>
    public static DateTimeOffset? Day(long days) => Math.Abs(days) < 4_000_000 ? Instant(days * TimeSpan.TicksPerDay / TicksPerMicrosecond) : null;

    public static Guid UuidOf(UuidColumn column, int row) => new(MemoryMarshal.AsBytes(column.Values.Slice(row, 1)), bigEndian: true);
}
