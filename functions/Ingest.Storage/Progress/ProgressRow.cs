using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Storage.Tables;

namespace Ingest.Storage.Progress;

/// <summary>
/// The progress row as Table Storage holds it. <c>Pending</c> holds the first 30,000 characters of the paths, one a line, and
/// <c>Pending0</c>, <c>Pending1</c> what does not fit. All of them are written every time, because a merge leaves alone what it
/// is not given and a stale rest must not survive.
/// </summary>
internal static class ProgressRow
{
    private const int ChunkLength = 30_000;

    private static readonly string[] PendingProperties = ["Pending", "Pending0", "Pending1"];

    public static string PartitionKeyOf(string account, string container, PartitionId partition) => string.Join(
        '|', new[] { account, container, partition.Namespace, partition.Hub }.Select(EncodePart));

    public static string RowKeyOf(PartitionId partition) => partition.Number.ToString("D4", CultureInfo.InvariantCulture);

    /// <summary>Null where the keys are not a progress row's.</summary>
    public static (string Account, string Container, PartitionId Partition)? TryParseKeys(string partitionKey, string rowKey)
    {
        var parts = partitionKey.Split('|');
        return parts.Length == 4 && int.TryParse(rowKey, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (DecodePart(parts[0]), DecodePart(parts[1]), new PartitionId(DecodePart(parts[2]), DecodePart(parts[3]), number))
            : null;
    }

    /// <exception cref="ArgumentException">The pending paths need more than 90,000 characters.</exception>
    public static TableEntity ToEntity(string partitionKey, string rowKey, PartitionProgress progress, string writer)
    {
        var entity = new TableEntity(partitionKey, rowKey)
        {
            ["Format"] = PartitionProgress.CurrentFormat,
            ["Durable"] = progress.Durable,
            // A merge drops nothing, so a missing offset is written as an empty one.
            ["Offset"] = progress.Offset ?? "",
            ["Epoch"] = progress.Epoch,
            ["HubCreated"] = progress.HubCreated,
            ["EnqueuedMax"] = progress.EnqueuedMax,
            ["Totals"] = JsonSerializer.Serialize(Totals.Of(progress.Totals)),
            ["Skipped"] = string.Join(',', progress.Skipped.Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}"))),
            ["Writer"] = writer,
            // Whoever commits is not held, whatever an instance that is gone noted here.
            ["Hold"] = "",
        };
        var pending = string.Join('\n', progress.Pending);
        if (pending.Length > PendingProperties.Length * ChunkLength)
        {
            throw new ArgumentException(
                $"{progress.Pending.Length} pending segments need {pending.Length} characters; the row holds {PendingProperties.Length * ChunkLength}.",
                nameof(progress));
        }

        for (var i = 0; i < PendingProperties.Length; i++)
        {
            var start = Math.Min(i * ChunkLength, pending.Length);
            entity[PendingProperties[i]] = pending.Substring(start, Math.Min(ChunkLength, pending.Length - start));
        }

        return entity;
    }

    /// <exception cref="UnknownProgressFormatException">A newer version wrote the row.</exception>
    /// <exception cref="InvalidDataException">A property is missing or has another type: somebody else wrote the row.</exception>
    public static PartitionProgress FromEntity(PartitionId partition, TableEntity entity)
    {
        // Before anything else: another format may hold anything in the other properties.
        var format = Required<int>(partition, entity, "Format");
        if (format != PartitionProgress.CurrentFormat)
        {
            throw new UnknownProgressFormatException(partition, format);
        }

        var pending = string.Concat(PendingProperties.Select(name => entity.GetString(name)));
        var offset = entity.GetString("Offset");
        return new PartitionProgress
        {
            Durable = Required<long>(partition, entity, "Durable"),
            Offset = string.IsNullOrEmpty(offset) ? null : offset,
            Epoch = Required<int>(partition, entity, "Epoch"),
            HubCreated = Required<long>(partition, entity, "HubCreated"),
            EnqueuedMax = Required<long>(partition, entity, "EnqueuedMax"),
            Pending = pending.Length == 0 ? [] : [.. pending.Split('\n')],
            Totals = entity.GetString("Totals") is { Length: > 0 } totals
                ? JsonSerializer.Deserialize<Totals>(totals)!.ToProgress()
                : new ProgressTotals(0, 0, 0, 0),
            Skipped = SkippedOf(partition, entity.GetString("Skipped")),
            WrittenAt = entity.Timestamp,
            ETag = entity.ETag.ToString(),
        };
    }

    private static ImmutableArray<EventRange> SkippedOf(PartitionId partition, string? text) => string.IsNullOrEmpty(text) ? [] :
    [
        .. text.Split(',').Select(range => range.Split('-') is [var first, var last]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
                ? new EventRange(from, to)
                : throw new InvalidDataException($"The progress row of {partition} has Skipped '{text}'; expected ranges like 10-19,30-39.")),
    ];

    private static T Required<T>(PartitionId partition, TableEntity entity, string name) =>
        entity.TryGetValue(name, out var value) && value is T typed
        ? typed
        : throw new InvalidDataException($"The progress row of {partition} has no {name} of type {typeof(T).Name}.");

    // The separator is legal in a key, so each part must not contain it.
    private static string EncodePart(string part) => TableKeyEncoding.Encode(part).Replace("|", "%7C", StringComparison.Ordinal);

    private static string DecodePart(string part) => TableKeyEncoding.Decode(part);

    private sealed record Totals(long written, long quarantined, long filtered, long absent)
    {
        public static Totals Of(ProgressTotals totals) => new(totals.Written, totals.Quarantined, totals.Filtered, totals.Absent);

        public ProgressTotals ToProgress() => new(written, quarantined, filtered, absent);
    }
}
