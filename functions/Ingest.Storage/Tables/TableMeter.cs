using System.Diagnostics.Metrics;
using Ingest.Pipeline.Telemetry;

namespace Ingest.Storage.Tables;

/// <summary>What is written to tables. Tags are bounded: sink, stream.</summary>
internal sealed class TableMeter : IDisposable
{
    private readonly Meter meter = new(IngestMeter.Name);
    private readonly Counter<long> rows;
    private readonly Counter<long> transactions;
    private readonly Counter<long> overwritten;

    public TableMeter()
    {
        rows = meter.CreateCounter<long>("ingest.table.rows", "{row}", "Rows written to tables, those of repeated batches included.");
        transactions = meter.CreateCounter<long>("ingest.table.transactions", "{transaction}", "Transactions sent to tables, refused ones included.");
        overwritten = meter.CreateCounter<long>(
            "ingest.table.rows_overwritten", "{row}", "Rows of a table that another record of the same key has taken, as far as recent keys show.");
    }

    public void Rows(string sink, string stream, int count) => rows.Add(count, new("sink", sink), new("stream", stream));

    public void Transaction(string sink) => transactions.Add(1, new KeyValuePair<string, object?>("sink", sink));

    public void Overwritten(string stream, int count)
    {
        if (count > 0)
        {
            overwritten.Add(count, new KeyValuePair<string, object?>("stream", stream));
        }
    }

    public void Dispose() => meter.Dispose();
}
