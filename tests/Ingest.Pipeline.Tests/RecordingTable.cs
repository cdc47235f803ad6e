using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Tests;

/// <summary>A table that can be down, and that refuses the rows a test picks when they are sent.</summary>
internal sealed class RecordingTable : ISink
{
    public string Name => "recording";

    public bool Down { get; set; }

    public Func<IReadOnlyDictionary<string, string?>, bool> Refuse { get; set; } = _ => false;

    public IPreparedWrite Prepare(RecordBatch batch, SegmentContext context) => new Write(this, batch);

    private sealed class Write(RecordingTable table, RecordBatch batch) : IPreparedWrite
    {
        public async Task<IReadOnlyList<RefusedRow>> SendAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (table.Down)
            {
                throw new IOException("The table is down.");
            }

            var id = (BytesColumn)batch["id"];
            return
            [
                .. Enumerable.Range(0, batch.RowCount)
                    .Where(row => !batch.IsExcluded(row) && table.Refuse(new Dictionary<string, string?> { ["id"] = Encoding.UTF8.GetString(id[row]) }))
                    .Select(row => new RefusedRow(row, new Fault(FaultStage.Store, FaultCode.StoreLimit, "The test refuses this row."))),
            ];
        }
    }
}
