using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Lake;

public sealed class WriterCostTests
{
    private static readonly ColumnDefinition[] Telemetry =
    [
        new("deviceId", ColumnType.String), new("eventId", ColumnType.Uuid), new("createdAt", ColumnType.Timestamp),
        new("temperature", ColumnType.Double), new("humidity", ColumnType.Double), new("status", ColumnType.String),
        new("rssi", ColumnType.Int64), new("charging", ColumnType.Boolean),
    ];

    [Fact]
    public void A_million_rows_cost_next_to_no_garbage_and_well_below_a_hundred_bytes_each_on_disk()
    {
        const int Rows = 100_000;
        const int Segments = 10;
        var batch = Batch(Rows);
        var rows = Batches.AllRows(batch);
        var writer = new ParquetSegmentWriter();
        Write();

        // The least of them: collections that other tests cause may empty the pools in between.
        var (bytes, least) = (0L, long.MaxValue);
        for (var segment = 0; segment < Segments; segment++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            bytes += Write();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        var garbage = least / (double)Rows;
        Assert.True(garbage < 0.1, $"{garbage:F3} bytes of garbage a row.");
        Assert.True(bytes / (double)(Rows * Segments) < 60, $"{bytes / (double)(Rows * Segments):F1} bytes a row in the file.");

        long Write()
        {
            using var buffer = new SegmentBuffer(1 << 30);
            writer.Write(batch, rows, Batches.Context, new(LakeCompression.Zstd, []), buffer);
            return buffer.Length;
        }
    }

    private static RecordBatch Batch(int rows)
    {
        var batch = new RecordBatch("telemetry", "v", Telemetry);
        var random = new Random(1);
        for (var row = 0; row < rows; row++)
        {
            ((BytesColumn)batch.Columns[0]).Append(Encoding.UTF8.GetBytes("device-" + random.Next(1000)));
            Batches.Append(batch.Columns[1], random.NextInt64());
            Batches.Append(batch.Columns[2], row * 1000);
            ((DoubleColumn)batch.Columns[3]).Append(Math.Round(random.NextDouble() * 50, 1));
            ((DoubleColumn)batch.Columns[4]).Append(random.NextDouble());
            ((BytesColumn)batch.Columns[5]).Append(random.Next(10) == 0 ? "hot"u8 : "ok"u8);
            ((Int64Column)batch.Columns[6]).Append(-random.Next(100));
            Batches.Append(batch.Columns[7], random.Next(2));
            Batches.Commit(batch, row, "device-" + random.Next(1000), "");
        }

        return batch;
    }
}
