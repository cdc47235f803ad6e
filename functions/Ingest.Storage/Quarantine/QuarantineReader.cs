using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Ingest.Pipeline.Events;
using ParquetSharp;

namespace Ingest.Storage.Quarantine;

/// <summary>
/// Reads quarantine segments. A segment is copied to a temporary file first, so that memory holds one row group and no more.
/// Thread-safe.
/// </summary>
public sealed class QuarantineReader(BlobServiceClient service)
{
    /// <summary>The records that <paramref name="wanted"/> accepts, in the order of the segment; bodies of row groups without one are not read.</summary>
    /// <exception cref="RequestFailedException">The segment is not there, or the store is unavailable.</exception>
    /// <exception cref="InvalidDataException">The blob is not a quarantine segment.</exception>
    public async IAsyncEnumerable<QuarantineRow> ReadAsync(
        SegmentName name, Func<QuarantineHead, bool> wanted, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var group in GroupsAsync(name, cancellationToken).ConfigureAwait(false))
        {
            var heads = group.Heads();
            if (heads.Any(wanted))
            {
                foreach (var row in group.Rows(heads).Where(row => wanted(row)))
                {
                    yield return row;
                }
            }
        }
    }

    /// <summary>All records without their bytes.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async IAsyncEnumerable<QuarantineHead> ReadHeadsAsync(SegmentName name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var group in GroupsAsync(name, cancellationToken).ConfigureAwait(false))
        {
            foreach (var head in group.Heads())
            {
                yield return head;
            }
        }
    }

    private async IAsyncEnumerable<RowGroup> GroupsAsync(SegmentName name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
        await using (file.ConfigureAwait(false))
        {
            await service.GetBlobContainerClient(name.Container).GetBlobClient(name.BlobName).DownloadToAsync(file, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            using var reader = Open(file, name);
            using var metadata = reader.FileMetaData;
            for (var i = 0; i < metadata.NumRowGroups; i++)
            {
                using var group = reader.RowGroup(i);
                yield return new RowGroup(group, metadata, name);
            }
        }
    }

    private static ParquetFileReader Open(Stream file, SegmentName name)
    {
        try
        {
            return new ParquetFileReader(file, leaveOpen: true);
        }
        catch (ParquetException broken)
        {
            throw new InvalidDataException($"{name} is not a Parquet file.", broken);
        }
    }

    private sealed class RowGroup(RowGroupReader group, FileMetaData metadata, SegmentName name)
    {
        public QuarantineHead[] Heads()
        {
            var hub = Read<string>("_hub");
            var partition = Read<int>("_partition");
            var epoch = Read<int>("_epoch");
            var sequence = Read<long>("_sequence");
            var last = Read<long>("_sequence_last");
            var index = Read<long>("_index");
            var enqueued = Read<DateTime>("_enqueued");
            var stream = Read<string?>("stream");
            var code = Read<string>("code");
            return [.. Enumerable.Range(0, sequence.Length).Select(i => new QuarantineHead
            {
                Origin = new RecordOrigin(new PartitionId("", hub[i], partition[i]), epoch[i], sequence[i], (int)index[i]),
                LastSequence = last[i],
                Enqueued = Utc(enqueued[i]),
                Stream = stream[i],
                Code = code[i],
            })];
        }

        public IEnumerable<QuarantineRow> Rows(QuarantineHead[] heads)
        {
            var ingested = Read<DateTime>("_ingested");
            var key = Read<string?>("_key");
            var stage = Read<string>("stage");
            var path = Read<string?>("path");
            var detail = Read<string>("detail");
            var body = Read<byte[]>("body");
            var whole = Read<bool?>("body_is_whole_event");
            var contentType = Read<string?>("content_type");
            var contentEncoding = Read<string?>("content_encoding");
            var properties = Read<string?>("properties");
            var system = Read<string?>("system_properties");
            var version = Read<string>("pipeline_version");
            return heads.Select((head, i) => new QuarantineRow
            {
                Origin = head.Origin,
                LastSequence = head.LastSequence,
                Enqueued = head.Enqueued,
                Stream = head.Stream,
                Code = head.Code,
                Ingested = Utc(ingested[i]),
                Key = key[i],
                Stage = stage[i],
                Path = path[i],
                Detail = detail[i],
                Body = body[i],
                IsWholeEvent = whole[i] == true,
                ContentType = contentType[i],
                ContentEncoding = contentEncoding[i],
                Properties = properties[i],
                SystemProperties = system[i],
                PipelineVersion = version[i],
            });
        }

        private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

        private T[] Read<T>(string column)
        {
            var index = metadata.Schema.ColumnIndex(column);
            if (index < 0)
            {
                throw new InvalidDataException($"{name} has no column {column}: it is not a quarantine segment.");
            }

            using var reader = group.Column(index).LogicalReader<T>();
            return reader.ReadAll(checked((int)group.MetaData.NumRows));
        }
    }
}
