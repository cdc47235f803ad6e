using Azure.Storage.Blobs.Models;
using Ingest.Pipeline.Events;
using Ingest.Storage.Lake;
using ParquetSharp;
using ParquetSharp.IO;

namespace Ingest.Cli.Audit;

/// <summary>Segments in Blob Storage. Reads the footer and the origin columns of each by range; payload columns are never downloaded.</summary>
public sealed class BlobSegmentCatalog(StoredData data) : ISegmentCatalog
{
    // Small enough not to fetch payloads along with the columns beside them.
    private const int BufferBytes = 16 * 1024;

    public Task<IReadOnlyList<SegmentName>> ListAsync(CancellationToken cancellationToken) => data.ListSegmentsAsync(cancellationToken);

    public async Task<SegmentOrigins> ReadAsync(SegmentName segment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var blob = data.Clients.Blobs.GetBlobContainerClient(segment.Container).GetBlobClient(segment.BlobName);
        await using var stream = await blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false) { BufferSize = BufferBytes }, cancellationToken).ConfigureAwait(false);
        using var input = new ManagedRandomAccessFile(stream, leaveOpen: true);
        using var file = new ParquetFileReader(input);
        return segment.Container == data.Options.QuarantineContainer ? ReadQuarantine(file) : ReadLake(file);
    }

    private static SegmentOrigins ReadLake(ParquetFileReader file)
    {
        var records = new RecordPosition[file.FileMetaData.NumRows];
        var (sequence, index) = (ColumnOf(file, "_sequence"), ColumnOf(file, "_index"));
        for (int group = 0, row = 0; group < file.FileMetaData.NumRowGroups; group++)
        {
            using var reader = file.RowGroup(group);
            var count = checked((int)reader.MetaData.NumRows);
            var sequences = ReadLongs(reader, sequence, count);
            var indexes = ReadLongs(reader, index, count);
            for (var i = 0; i < count; i++)
            {
                records[row++] = new(sequences[i], checked((int)indexes[i]));
            }
        }

        var isSorted = file.FileMetaData.KeyValueMetadata.TryGetValue(ParquetSegmentWriter.SortKey, out var columns) && columns.Length > 0;
        return new SegmentOrigins(records, [], IsQuarantine: false) { KeepsLogOrder = !isSorted };
    }

    private static SegmentOrigins ReadQuarantine(ParquetFileReader file)
    {
        var absentCode = FaultCode.AbsentUpstream.ToText();
        var records = new List<RecordPosition>();
        var absent = new List<SequenceRange>();
        var columns = ((string[])["_sequence", "_sequence_last", "_index", "code"]).Select(n => ColumnOf(file, n)).ToArray();
        for (var group = 0; group < file.FileMetaData.NumRowGroups; group++)
        {
            using var reader = file.RowGroup(group);
            var count = checked((int)reader.MetaData.NumRows);
            var sequences = ReadLongs(reader, columns[0], count);
            var lasts = ReadLongs(reader, columns[1], count);
            var indexes = ReadLongs(reader, columns[2], count);
            using var column = reader.Column(columns[3]);
            using var logical = column.LogicalReader<string?>();
            var codes = logical.ReadAll(count);
            for (var i = 0; i < count; i++)
            {
                if (codes[i] == absentCode)
                {
                    absent.Add(new(sequences[i], lasts[i]));
                }
                else
                {
                    records.Add(new(sequences[i], checked((int)indexes[i])));
                }
            }
        }

        return new SegmentOrigins([.. records], absent, IsQuarantine: true);
    }

    private static int ColumnOf(ParquetFileReader file, string name) =>
        file.FileMetaData.Schema.ColumnIndex(name) is >= 0 and var index ? index : throw new InvalidDataException($"A segment has no column {name}: it was not written by this product.");

    private static long[] ReadLongs(RowGroupReader group, int index, int count)
    {
        using var column = (ColumnReader<long>)group.Column(index);
        var isOptional = column.ColumnDescriptor.MaxDefinitionLevel > 0;
        var values = new long[count];
        var levels = new short[isOptional ? count : 0];
        for (var done = 0; done < count;)
        {
            var read = column.ReadBatch(count - done, isOptional ? levels.AsSpan(done) : [], [], values.AsSpan(done), out var present);
            if (present < read || read == 0)
            {
                throw new InvalidDataException("An origin column holds nulls or ends early.");
            }

            done += (int)read;
        }

        return values;
    }
}
