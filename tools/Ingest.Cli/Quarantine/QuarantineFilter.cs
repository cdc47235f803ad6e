using Ingest.Pipeline.Events;
using Ingest.Storage.Quarantine;

namespace Ingest.Cli.Quarantine;

/// <summary>Which quarantined records are meant; what is null or empty is not looked at.</summary>
public sealed record QuarantineFilter
{
    /// <summary>Spelling of records that no stream took.</summary>
    public const string NoStream = "none";

    /// <summary>Fault codes.</summary>
    public IReadOnlyCollection<string> Reasons { get; init; } = [];

    /// <summary>Names of streams, or <see cref="NoStream"/>.</summary>
    public IReadOnlyCollection<string> Streams { get; init; } = [];

    /// <summary>Enqueued at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Enqueued before this time.</summary>
    public DateTimeOffset? To { get; init; }

    public string? Hub { get; init; }

    public int? Partition { get; init; }

    /// <summary>One record; its position inside the event included.</summary>
    public RecordOrigin? Origin { get; init; }

    public long? FromHour => From is { } from ? SegmentName.HourOf(from.ToUnixTimeMilliseconds()) : null;

    /// <summary>The last hour that holds a time before <see cref="To"/>.</summary>
    public long? ToHour => To is { } to ? SegmentName.HourOf(to.ToUnixTimeMilliseconds() - 1) : null;

    /// <summary>Whether a segment may hold such a record, by its name.</summary>
    public bool MayBeIn(SegmentName segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return (Hub is null || segment.Hub == Hub)
            && (Partition is null || segment.Partition == Partition)
            && !(segment.Hour < FromHour) && !(segment.Hour > ToHour)
            && (Origin is not { } o || (segment.Hub == o.Partition.Hub && segment.Partition == o.Partition.Number && segment.Epoch == o.Epoch
                && segment.First <= o.Sequence && o.Sequence <= segment.Last));
    }

    /// <summary>Whether a segment's hour lies in the range from end to end, so that no record in it fails by its time.</summary>
    public bool CoversHourOf(SegmentName segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var start = DateTimeOffset.UnixEpoch.AddHours(segment.Hour);
        return !(From > start) && !(To < start.AddHours(1));
    }

    public bool Takes(string reason, string? stream) =>
        (Reasons.Count == 0 || Reasons.Contains(reason)) && (Streams.Count == 0 || Streams.Contains(stream ?? NoStream));

    public bool Takes(QuarantineHead record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Takes(record.Code, record.Stream)
            && (Hub is null || record.Origin.Partition.Hub == Hub)
            && (Partition is null || record.Origin.Partition.Number == Partition)
            && !(record.Enqueued < From) && !(record.Enqueued >= To)
            && (Origin is null || record.Origin == Origin);
    }
}
