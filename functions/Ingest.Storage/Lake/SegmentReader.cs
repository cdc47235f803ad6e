using Azure;
using Azure.Storage.Blobs;
using ParquetSharp;

namespace Ingest.Storage.Lake;

/// <summary>What to read of a segment beside the columns that tell which records it holds.</summary>
[Flags]
public enum AlsoRead
{
    /// <summary>Those columns only.</summary>
    Nothing = 0,

    /// <summary>The records' ids, where the segment is one of the lake.</summary>
    Ids = 1,

    /// <summary>When the events were enqueued.</summary>
    EnqueuedTimes = 2,
}

/// <summary>
/// Reads the origin columns of a visible segment, never its payload: the footer, then the ranges of those columns, one
/// request for columns that lie side by side. The read-ahead for the footer is at most 16 KiB. Thread-safe.
/// </summary>
public sealed class SegmentReader(BlobServiceClient service)
{
    private const int FooterReadAhead = 16 * 1024;
    private const long MagicLength = 4;

    private static readonly string[] LakeColumns = ["_epoch", "_partition", "_sequence", "_index"];
    private static readonly string[] QuarantineColumns = [.. LakeColumns, "_sequence_last", "stream", "code", "body_is_whole_event"];

    /// <exception cref="RequestFailedException">The segment is not there, or the store is unavailable.</exception>
    /// <exception cref="InvalidDataException">The blob is not a segment.</exception>
    public async Task<SegmentOrigins> ReadAsync(VisibleSegment segment, AlsoRead also = AlsoRead.Nothing, CancellationToken cancellationToken = default) =>
        (await ReadMeasuredAsync(segment, also, cancellationToken).ConfigureAwait(false)).Origins;

    internal async Task<(SegmentOrigins Origins, long Downloaded)> ReadMeasuredAsync(VisibleSegment segment, AlsoRead also, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var name = segment.Name;
        var isQuarantine = name.Stream.Length == 0;
        also = isQuarantine ? also & ~AlsoRead.Ids : also;
        string[] wanted =
        [
            .. isQuarantine ? QuarantineColumns : LakeColumns,
            .. also.HasFlag(AlsoRead.Ids) ? new[] { "_id" } : [],
            .. also.HasFlag(AlsoRead.EnqueuedTimes) ? new[] { "_enqueued" } : [],
        ];
        using var file = new RangeStream(service.GetBlobContainerClient(name.Container).GetBlobClient(name.BlobName), segment.Length);
        var tail = Math.Min(FooterReadAhead, segment.Length);
        await file.LoadAsync(segment.Length - tail, tail, cancellationToken).ConfigureAwait(false);
        try
        {
            // The Parquet reader blocks while it reads what was not loaded beforehand, so it stays off the caller's thread.
            foreach (var (start, length) in await Task.Run(() => Ranges(file, wanted), cancellationToken).ConfigureAwait(false))
            {
                await file.LoadAsync(start, length, cancellationToken).ConfigureAwait(false);
            }

            return (await Task.Run(() => Decode(file, isQuarantine, also), cancellationToken).ConfigureAwait(false), file.Downloaded);
        }
        catch (ParquetException broken)
        {
            throw new InvalidDataException($"{name} is not a Parquet file.", broken);
        }
    }

    /// <summary>
    /// Where the wanted columns lie. Our writer puts chunk behind chunk from the fourth byte on; where another one did not, the
    /// guess costs a download and the right bytes are fetched when they are read.
    /// </summary>
    private static List<(long Start, long Length)> Ranges(RangeStream file, string[] names)
    {
        using var reader = Open(file);
        using var metadata = reader.FileMetaData;
        var wanted = names.Select(name => IndexOf(metadata, name)).ToHashSet();
        var ranges = new List<(long Start, long Length)>();
        var start = MagicLength;
        for (var group = 0; group < metadata.NumRowGroups; group++)
        {
            using var rowGroup = reader.RowGroup(group);
            for (var column = 0; column < metadata.NumColumns; column++)
            {
                using var chunk = rowGroup.MetaData.GetColumnChunkMetaData(column);
                if (wanted.Contains(column) && !file.Holds(start, chunk.TotalCompressedSize) && start + chunk.TotalCompressedSize <= file.Length)
                {
                    ranges.Add((start, chunk.TotalCompressedSize));
                }

                start += chunk.TotalCompressedSize;
            }
        }

        return Merge(ranges);
    }

    private static List<(long Start, long Length)> Merge(IEnumerable<(long Start, long Length)> ranges)
    {
        var merged = new List<(long Start, long Length)>();
        foreach (var (start, length) in ranges.OrderBy(range => range.Start))
        {
            if (merged.Count > 0 && merged[^1].Start + merged[^1].Length == start)
            {
                merged[^1] = (merged[^1].Start, merged[^1].Length + length);
            }
            else
            {
                merged.Add((start, length));
            }
        }

        return merged;
    }

    private static SegmentOrigins Decode(RangeStream file, bool isQuarantine, AlsoRead also)
    {
        using var reader = Open(file);
        using var metadata = reader.FileMetaData;
        var columns = new OriginColumns(reader, metadata);
        var sequence = columns.Read<long>("_sequence");
        return new SegmentOrigins
        {
            Epoch = columns.Read<int>("_epoch"),
            Partition = columns.Read<int>("_partition"),
            Sequence = sequence,
            Index = columns.Read<long>("_index"),
            LastSequence = isQuarantine ? columns.Read<long>("_sequence_last") : sequence,
            Id = also.HasFlag(AlsoRead.Ids) ? columns.Read<string>("_id") : [],
            EnqueuedUnixMs = also.HasFlag(AlsoRead.EnqueuedTimes) ? [.. columns.Read<DateTime>("_enqueued").Select(UnixMs)] : [],
            Stream = isQuarantine ? columns.Read<string?>("stream") : [],
            Code = isQuarantine ? columns.Read<string>("code") : [],
            IsSorted = metadata.KeyValueMetadata.TryGetValue(ParquetSegmentWriter.SortKey, out var sort) && sort.Length > 0,
            IsWholeEvent = isQuarantine ? [.. columns.Read<bool?>("body_is_whole_event").Select(whole => whole == true)] : [],
        };
    }

    private static ParquetFileReader Open(RangeStream file)
    {
        using var properties = ReaderProperties.GetDefaultReaderProperties();

        // Its own read-ahead would fetch payload columns with the footer.
        properties.SetFooterReadSize(Math.Min(FooterReadAhead, file.Length));
        return new ParquetFileReader(file, properties, leaveOpen: true);
    }

    private static long UnixMs(DateTime utc) => new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)).ToUnixTimeMilliseconds();

    private static int IndexOf(FileMetaData metadata, string name)
    {
        var index = metadata.Schema.ColumnIndex(name);
        return index >= 0 ? index : throw new InvalidDataException($"The segment has no column {name}.");
    }

    private readonly struct OriginColumns(ParquetFileReader reader, FileMetaData metadata)
    {
        public T[] Read<T>(string name)
        {
            var values = new T[checked((int)metadata.NumRows)];
            var (index, filled) = (IndexOf(metadata, name), 0);
            for (var group = 0; group < metadata.NumRowGroups; group++)
            {
                using var rowGroup = reader.RowGroup(group);
                using var column = rowGroup.Column(index).LogicalReader<T>();
                while (column.HasNext)
                {
                    filled += column.ReadBatch(values.AsSpan(filled));
                }
            }

            return filled == values.Length ? values : throw new InvalidDataException($"Column {name} has {filled} of {values.Length} rows.");
        }
    }
}
