using System.Collections.Concurrent;
using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Testing.Delivery;

/// <summary>Keeps rows as text, so that tests can look at what a reader of the lake would see.</summary>
public sealed class InMemoryLake(InMemorySegmentStore segments) : ILake
{
    public ConcurrentDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string?>>> Rows { get; } = new();

    public async Task StageAsync(SegmentName name, RecordBatch batch, ReadOnlyMemory<int> rows, SegmentContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var copied = rows.ToArray();
        Rows[name.ToString()] = [.. copied.Select(row => (IReadOnlyDictionary<string, string?>)WrittenBy(batch).ToDictionary(c => c.Definition.Name, c => Text(c, row)))];
        await segments.StageAsync(name, [.. copied.Select(row => new VisibleRecord(context.Epoch, batch.Sequence.Values[row], (int)batch.Index.Values[row]))]);
    }

    private static IEnumerable<Column> WrittenBy(RecordBatch batch) =>
        [.. batch.WrittenColumns, .. batch.Device.Count > 0 ? [batch.Device] : Array.Empty<Column>(), batch.Id];

    private static string? Text(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        Int64Column c => c.Values[row].ToString(System.Globalization.CultureInfo.InvariantCulture),
        DoubleColumn c => c.Values[row].ToString(System.Globalization.CultureInfo.InvariantCulture),
        BooleanColumn c => c.Values[row] ? "true" : "false",
        BytesColumn c => Encoding.UTF8.GetString(c[row]),
        UuidColumn c => c.Values[row].ToString("x32", System.Globalization.CultureInfo.InvariantCulture),
        ListColumn c => $"[{string.Join(',', Enumerable.Range(c.Range(row).Start, c.Range(row).End - c.Range(row).Start).Select(i => Text(c.Elements, i)))}]",
        _ => throw new NotSupportedException(column.GetType().Name),
    };
}

/// <summary>Keeps quarantined records as they were handed over.</summary>
public sealed class InMemoryQuarantine(InMemorySegmentStore segments) : IQuarantine
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<QuarantinedRecord>> staged = new();

    /// <summary>What a reader of the quarantine finds.</summary>
    public IEnumerable<QuarantinedRecord> Visible => segments.Visible.Keys.Where(staged.ContainsKey).SelectMany(path => staged[path]);

    public Task StageAsync(SegmentName name, IReadOnlyList<QuarantinedRecord> records, SegmentContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        staged[name.ToString()] = records;
        return segments.StageAsync(
            name,
            [.. records.Where(r => r.Fault.Code != FaultCode.AbsentUpstream).Select(r => new VisibleRecord(context.Epoch, r.Event.SequenceNumber, r.Index))],
            [.. records.Where(r => r.Fault.Code == FaultCode.AbsentUpstream).Select(r => new EventRange(r.Event.SequenceNumber, r.LastSequence))]);
    }

    public Task SummarizeAsync(SegmentName name, IReadOnlyList<QuarantinedRecord> records, SegmentContext context, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
