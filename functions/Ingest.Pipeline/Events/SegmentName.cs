using System.Globalization;

namespace Ingest.Pipeline.Events;

/// <summary>
/// Where a segment lives: <c>{container}/{stream}/date=yyyy-MM-dd/hour=HH/{hub}-p{partition:D4}-e{epoch}-{first:D19}-{last:D19}-{attempt}.parquet</c>.
/// Quarantine segments have no stream folder.
/// </summary>
/// <param name="Stream">Stream name; empty for quarantine.</param>
/// <param name="Hour">Hours since the Unix epoch of the enqueued time (UTC).</param>
/// <param name="First">First sequence number of the commit, not of the segment: all segments of one commit share the range.</param>
/// <param name="Attempt">128 random bits in hex, so that attempts never disturb each other's blocks.</param>
public sealed record SegmentName(
    string Container, string Stream, long Hour, string Hub, int Partition, int Epoch, long First, long Last, string Attempt)
{
    /// <summary>Folder and file inside the container.</summary>
    public string BlobName
    {
        get
        {
            var folder = FolderOf(Hour);
            var file = string.Create(
                CultureInfo.InvariantCulture, $"{Hub}-p{Partition:D4}-e{Epoch}-{First:D19}-{Last:D19}-{Attempt}.parquet");
            return Stream.Length == 0 ? $"{folder}/{file}" : $"{Stream}/{folder}/{file}";
        }
    }

    public static string FolderOf(long hour)
    {
        var time = DateTimeOffset.UnixEpoch.AddHours(hour);
        return string.Create(CultureInfo.InvariantCulture, $"date={time:yyyy-MM-dd}/hour={time:HH}");
    }

    public static long HourOf(long unixMs) => Math.DivRem(unixMs, 3_600_000, out var rest) - (rest < 0 ? 1 : 0);

    /// <summary>The full path, as the progress row's <c>Pending</c> holds it.</summary>
    public override string ToString() => $"{Container}/{BlobName}";

    /// <summary>Reads a full path back; null where it is not a segment of ours.</summary>
    public static SegmentName? TryParse(string path)
    {
        var parts = path.Split('/');
        if (parts.Length is not (4 or 5) || !parts[^1].EndsWith(".parquet", StringComparison.Ordinal))
        {
            return null;
        }

        var fields = parts[^1][..^".parquet".Length].Split('-');
        if (fields.Length < 6
            || !DateTimeOffset.TryParseExact(
                $"{parts[^3]} {parts[^2]}", "'date='yyyy-MM-dd 'hour='HH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var hour)
            || !TryNumber(fields[^5], 'p', out var partition) || !TryNumber(fields[^4], 'e', out var epoch)
            || !long.TryParse(fields[^3], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(fields[^2], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            return null;
        }

        return new SegmentName(
            parts[0], parts.Length == 5 ? parts[1] : "", HourOf(hour.ToUnixTimeMilliseconds()),
            string.Join('-', fields[..^5]), partition, epoch, first, last, fields[^1]);
    }

    private static bool TryNumber(string text, char prefix, out int number)
    {
        number = 0;
        return text.Length > 1 && text[0] == prefix && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
