using System.Globalization;
using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Xunit;

namespace Ingest.Testing.Conformance;

/// <summary>
/// What every sink must do: derive, and give a fresh store to each test. The sink must serve the stream <c>telemetry</c> with the
/// row key <c>{deviceId}</c>, partition keys of <c>{hash:deviceId:4}</c> and the time <c>createdAt</c>, all columns stored.
/// </summary>
public abstract class SinkConformance
{
    /// <summary>Columns of the stream.</summary>
    public static readonly ColumnDefinition[] Columns =
        [new("deviceId", ColumnType.String), new("createdAt", ColumnType.Timestamp), new("value", ColumnType.Int64)];

    private static readonly SegmentContext Context = new(new("contoso.servicebus.windows.net", "telemetry", 3), 2, 1_795_413_600_000);

    protected abstract ISink Sink { get; }

    /// <summary>What is stored: device, value, and the origin in text.</summary>
    protected abstract Task<IReadOnlyList<(string Device, long Value, string Origin)>> RowsAsync();

    [Fact]
    public async Task Rows_of_many_partition_keys_arrive_whole_and_carry_their_origin()
    {
        await WriteAsync(BatchOf(Enumerable.Range(0, 1000).Select(i => ("d" + i, (long)i))));

        var rows = await RowsAsync();
        Assert.Equal(1000, rows.Count);
        Assert.All(rows, row => Assert.Equal(("d" + row.Value, $"telemetry/3/2/{row.Value}/0"), (row.Device, row.Origin)));
    }

    [Fact]
    public async Task Writing_a_batch_again_leaves_the_same_rows()
    {
        (string, long)[] records = [.. Enumerable.Range(0, 300).Select(i => ("d" + (i % 120), (long)i))];
        await WriteAsync(BatchOf(records));
        var once = await RowsAsync();

        await WriteAsync(BatchOf(records));

        Assert.Equal(once.Order(), (await RowsAsync()).Order());
        Assert.Equal(120, once.Count);
    }

    [Fact]
    public async Task Of_records_with_one_key_the_later_one_stands()
    {
        await WriteAsync(BatchOf([("a", 1), ("b", 2), ("a", 3)]));

        Assert.Equal([("a", 3L), ("b", 2L)], (await RowsAsync()).Select(r => (r.Device, r.Value)).Order());
    }

    [Fact]
    public async Task Rows_excluded_after_preparing_are_not_sent_and_the_record_before_takes_their_key()
    {
        var batch = BatchOf([("a", 1), ("a", 2), ("b", 3)]);
        var write = Sink.Prepare(batch, Context)!;
        var fault = new Fault(FaultStage.Store, FaultCode.StoreLimit, "Another sink refused it.");
        batch.Exclude(1, fault);
        batch.Exclude(2, fault);

        Assert.Empty(await write.SendAsync(default));

        Assert.Equal([("a", 1L)], (await RowsAsync()).Select(r => (r.Device, r.Value)));
    }

    [Fact]
    public async Task A_record_that_the_store_cannot_take_is_excluded_before_anything_is_sent()
    {
        var batch = BatchOf([("a", 1), (new string('x', 600), 2), ("c", 3)]);

        var write = Sink.Prepare(batch, Context)!;

        var (row, fault) = Assert.Single(batch.Excluded);
        Assert.Equal((1, FaultStage.Store, FaultCode.StoreLimit), (row, fault.Stage, fault.Code));
        Assert.Empty(await RowsAsync());
        Assert.Empty(await write.SendAsync(default));
        Assert.Equal(["a", "c"], (await RowsAsync()).Select(r => r.Device).Order());
    }

    [Theory]
    [InlineData("a/b\\c#d?e%f")]
    [InlineData("it's \"quoted\"")]
    [InlineData("tab\there")]
    [InlineData("Größe 🚀 $+&=,;")]
    [InlineData(" ")]
    public async Task Any_text_can_be_a_key_and_is_stored_as_it_is(string device)
    {
        await WriteAsync(BatchOf([(device, 1)]));
        await WriteAsync(BatchOf([(device, 2)]));

        Assert.Equal([(device, 2L)], (await RowsAsync()).Select(r => (r.Device, r.Value)));
    }

    [Fact]
    public async Task Batches_of_all_partitions_can_be_written_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(p => Task.Run(async () =>
        {
            var batch = BatchOf(Enumerable.Range(0, 250).Select(i => ($"p{p}-{i}", (long)i)));
            Assert.Empty(await Sink.Prepare(batch, Context with { Partition = Context.Partition with { Number = p } })!.SendAsync(default));
        })));

        Assert.Equal(2000, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task A_cancelled_write_throws()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var write = Sink.Prepare(BatchOf([("a", 1)]), Context)!;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.SendAsync(cancelled.Token));
    }

    [Fact]
    public void A_stream_that_does_not_use_the_sink_prepares_nothing() => Assert.Null(Sink.Prepare(new RecordBatch("other", "v", []), Context));

    private static RecordBatch BatchOf(IEnumerable<(string Device, long Value)> records)
    {
        var batch = new RecordBatch("telemetry", "v", Columns);
        foreach (var (device, value) in records)
        {
            ((BytesColumn)batch.Columns[0]).Append(Encoding.UTF8.GetBytes(device));
            ((Int64Column)batch.Columns[1]).Append((Context.IngestedUnixMs * 1000) + value);
            ((Int64Column)batch.Columns[2]).Append(value);
            var source = new IncomingEvent { Body = default, SequenceNumber = value, EnqueuedUnixMs = Context.IngestedUnixMs };
            batch.CommitRow(source, batch.RowCount, 0, Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)), default);
        }

        return batch;
    }

    private async Task WriteAsync(RecordBatch batch)
    {
        var write = Sink.Prepare(batch, Context);
        Assert.Empty(batch.Excluded);
        Assert.Empty(await write!.SendAsync(default));
    }
}
