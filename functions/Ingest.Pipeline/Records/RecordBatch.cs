using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Records;

/// <summary>
/// The records of one stream in one batch, as columns. Built row by row: append to <see cref="Columns"/>, then
/// <see cref="CommitRow"/>, or <see cref="RollbackRow"/> on a fault. Rows that later stages refuse stay in place and are
/// <see cref="Exclude">excluded</see>, so that row numbers never shift.
/// </summary>
public sealed class RecordBatch
{
    private readonly Dictionary<int, Fault> excluded = [];
    private readonly List<IDisposable> kept = [];
    private readonly Column[] columns;
    private readonly Column[] decoded;
    private RecordSource[] sources = new RecordSource[256];

    /// <param name="stream">Name of the stream.</param>
    /// <param name="version">Hash of the stream's definition and schema; goes into each segment's metadata.</param>
    /// <param name="decoded">Columns that the reader fills, row by row.</param>
    /// <param name="enriched">Columns that enrichers fill for the whole batch once it is decoded; empty until then.</param>
    /// <param name="dropped">Names of decoded columns that are never written.</param>
    public RecordBatch(
        string stream, string version, IReadOnlyList<ColumnDefinition> decoded, IReadOnlyList<ColumnDefinition>? enriched = null,
        IReadOnlyCollection<string>? dropped = null)
    {
        Stream = stream;
        Version = version;
        this.decoded = [.. decoded.Select(Column.Create)];
        columns = [.. this.decoded, .. (enriched ?? []).Select(Column.Create)];
        WrittenColumns = dropped is { Count: > 0 } ? [.. columns.Where(c => !dropped.Contains(c.Definition.Name))] : columns;
    }

    public string Stream { get; }

    public string Version { get; }

    /// <summary>Decoded columns first, then the enriched ones, in the order of the segment's schema.</summary>
    public IReadOnlyList<Column> Columns => columns;

    /// <summary><see cref="Columns"/> without the dropped ones: what stores may see.</summary>
    public IReadOnlyList<Column> WrittenColumns { get; }

    /// <summary>The events that the rows came from, by <see cref="RecordSource.EventOrdinal"/>; empty until they are set, and after <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<IncomingEvent> Events { get; set; }

    public int RowCount { get; private set; }

    /// <summary>Bytes that the batch's buffers take, used or not.</summary>
    public long BufferBytes =>
        columns.Sum(c => c.BufferBytes) + Sequence.BufferBytes + Index.BufferBytes + Enqueued.BufferBytes + Key.BufferBytes + Id.BufferBytes
        + Device.BufferBytes;

    /// <summary>Rows that were not excluded.</summary>
    public int IncludedCount => RowCount - excluded.Count;

    /// <summary>Sequence number of the event (column <c>_sequence</c>).</summary>
    public Int64Column Sequence { get; } = new(new("_sequence", ColumnType.Int64, Nullable: false));

    /// <summary>Position inside the event (column <c>_index</c>).</summary>
    public Int64Column Index { get; } = new(new("_index", ColumnType.Int64, Nullable: false));

    /// <summary>Enqueued time in microseconds (column <c>_enqueued</c>).</summary>
    public Int64Column Enqueued { get; } = new(new("_enqueued", ColumnType.Timestamp, Nullable: false));

    /// <summary>Partition key (column <c>_key</c>).</summary>
    public BytesColumn Key { get; } = new(new("_key", ColumnType.String));

    /// <summary>The record's id (column <c>_id</c>); null where the stream names none or the record has none: writers then put the origin.</summary>
    public BytesColumn Id { get; } = new(new("_id", ColumnType.String));

    /// <summary>The device that IoT Hub authenticated (column <c>_device</c>); has rows only where an event came over the device hub.</summary>
    public BytesColumn Device { get; } = new(new("_device", ColumnType.String));

    public Column this[string name] =>
        Array.Find(columns, c => c.Definition.Name == name) ?? throw new KeyNotFoundException($"Stream {Stream} has no column {name}.");

    /// <summary>Completes the row: decoded columns that got no value get a null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void CommitRow(in IncomingEvent source, int eventOrdinal, int index, ReadOnlySpan<byte> id, ReadOnlyMemory<byte> recordBytes)
    {
        var row = RowCount;
        var isComplete = true;
        foreach (var column in decoded)
        {
            isComplete &= column.Count != row;
        }

        if (!isComplete)
        {
            FillGaps(row);
        }

        Sequence.Append(source.SequenceNumber);
        Index.Append(index);
        Enqueued.Append(source.EnqueuedUnixMs * 1000);
        Append(Key, source.PartitionKey);
        if (source.FromDeviceHub || Device.Count > 0)
        {
            AppendDevice(source.DeviceId);
        }

        if (id.IsEmpty)
        {
            Append(Id, source.Replay?.IdOf(index));
        }
        else
        {
            Id.Append(id);
        }

        if (row == sources.Length)
        {
            Array.Resize(ref sources, row * 2);
        }

        sources[row] = new RecordSource(eventOrdinal, recordBytes);
        RowCount = row + 1;
    }

    /// <summary>Takes back what was appended since the last <see cref="CommitRow"/>.</summary>
    public void RollbackRow()
    {
        foreach (var column in columns)
        {
            column.Truncate(RowCount);
            (column as ListColumn)?.RollbackRow();
        }
    }

    /// <summary>Where the row came from: the event's place in the batch and the record's original bytes (decompressed).</summary>
    public RecordSource SourceOf(int row) => sources[row];

    /// <summary>Takes a row out of everything that follows; the first fault of a row wins.</summary>
    public void Exclude(int row, Fault fault)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowCount);
        excluded.TryAdd(row, fault);
    }

    public bool IsExcluded(int row) => excluded.Count > 0 && excluded.ContainsKey(row);

    public IReadOnlyDictionary<int, Fault> Excluded => excluded;

    /// <summary>
    /// Leaves the disposal of <paramref name="owner"/> to the next <see cref="Clear"/>: it owns bytes that
    /// <see cref="SourceOf"/>, or a record refused beside this batch, refers to.
    /// </summary>
    public void KeepUntilClear(IDisposable owner) => kept.Add(owner);

    /// <summary>
    /// Empties the batch and keeps its buffers for the next one. The bytes of its records, and of the records that were refused
    /// while it was filled, are no longer valid then.
    /// </summary>
    public void Clear()
    {
        foreach (var column in columns)
        {
            column.Truncate(0);
            (column as ListColumn)?.RollbackRow();
        }

        foreach (var column in (ReadOnlySpan<Column>)[Sequence, Index, Enqueued, Key, Id, Device])
        {
            column.Truncate(0);
        }

        foreach (var owner in kept)
        {
            owner.Dispose();
        }

        kept.Clear();

        sources.AsSpan(0, RowCount).Clear();
        excluded.Clear();
        RowCount = 0;
        Events = default;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FillGaps(int row)
    {
        foreach (var column in decoded)
        {
            if (column.Count == row)
            {
                column.AppendNull();
            }
        }
    }

    private void AppendDevice(string? device)
    {
        // A replayed event of a device may stand among events that are of none.
        while (Device.Count < RowCount)
        {
            Device.AppendNull();
        }

        Append(Device, device);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Append(BytesColumn column, string? text)
    {
        if (text is null)
        {
            column.AppendNull();
            return;
        }

        var room = column.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        column.Commit(Ascii.FromUtf16(text, room, out var length) == OperationStatus.Done ? length : Encoding.UTF8.GetBytes(text, room));
    }
}

/// <param name="EventOrdinal">Index of the event in the batch's events.</param>
/// <param name="Bytes">The record's own bytes: the event's body, or its part of a packed and decompressed body.</param>
public readonly record struct RecordSource(int EventOrdinal, ReadOnlyMemory<byte> Bytes);
