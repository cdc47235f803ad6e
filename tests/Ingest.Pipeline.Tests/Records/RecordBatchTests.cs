using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Records;

public sealed class RecordBatchTests
{
    private static readonly ColumnDefinition[] Definitions =
    [
        new("i", ColumnType.Int64), new("d", ColumnType.Double), new("b", ColumnType.Boolean), new("s", ColumnType.String), new("u", ColumnType.Uuid),
        new("l", ColumnType.String, IsList: true),
    ];

    [Fact]
    public void A_row_rolled_back_anywhere_leaves_no_trace()
    {
        for (var columns = 0; columns <= Definitions.Length; columns++)
        {
            var batch = new RecordBatch("s", "v", Definitions);
            Append(batch, 1, Definitions.Length);
            batch.CommitRow(Decoded.Event("{}"), 0, 0, "id"u8, default);
            Append(batch, 2, columns);
            ((ListColumn)batch["l"]).Elements.AppendNull();
            batch.RollbackRow();
            Append(batch, 3, Definitions.Length);
            batch.CommitRow(Decoded.Event("{}"), 1, 0, default, default);

            Assert.Equal(2, batch.RowCount);
            Assert.Equal([1L, 3L], ((Int64Column)batch["i"]).Values.ToArray());
            Assert.Equal(["text 1", "text 3"], [batch.Value("s", 0), batch.Value("s", 1)]);
            Assert.Equal(new object?[] { "1", null }, batch.Value("l", 0));
            Assert.Equal(new object?[] { "3", null }, batch.Value("l", 1));
            Assert.All(batch.Columns, c => Assert.Equal((2, 0), (c.Count, c.NullCount)));
        }
    }

    [Fact]
    public void Missing_columns_become_nulls_and_are_counted()
    {
        var batch = new RecordBatch("s", "v", Definitions);
        for (var i = 0; i < 1000; i++)
        {
            Append(batch, i, i % (Definitions.Length + 1));
            batch.CommitRow(Decoded.Event("{}", i), i, 0, default, default);
        }

        foreach (var column in batch.Columns)
        {
            Assert.Equal(1000, column.Count);
            Assert.Equal(column.NullCount, Enumerable.Range(0, 1000).Count(column.IsNull));
            Assert.Equal(column.NullCount, column.Validity.ToArray().Count(v => v == 0));
        }

        Assert.Equal("text 998", batch.Value("s", 998));
        Assert.Null(batch.Value("l", 998));
        Assert.Equal(1000, batch.Sequence.Count);
    }

    [Fact]
    public void A_cleared_batch_is_as_good_as_new_and_disposes_what_it_kept()
    {
        var batch = new RecordBatch("s", "v", Definitions);
        var owner = new DisposalCounter();
        for (var round = 0; round < 3; round++)
        {
            Append(batch, round, Definitions.Length);
            batch.CommitRow(Decoded.Event("{}"), 0, 0, "id"u8, default);
            batch.Exclude(0, new Fault(FaultStage.Store, FaultCode.StoreLimit, "too long"));
            batch.KeepUntilClear(owner);
            ((ListColumn)batch["l"]).Elements.AppendNull();
            Assert.Equal((1, 0), (batch.RowCount, batch.IncludedCount));
            batch.Clear();
            Assert.Equal((0, 0, round + 1), (batch.RowCount, batch.IncludedCount, owner.Count));
            Assert.All(batch.Columns, c => Assert.Equal((0, 0), (c.Count, c.NullCount)));
            Assert.Equal(0, ((ListColumn)batch["l"]).Elements.Count);
        }
    }

    [Fact]
    public void Values_can_be_copied_from_another_column()
    {
        var source = new RecordBatch("s", "v", Definitions);
        Append(source, 1, Definitions.Length);
        source.CommitRow(Decoded.Event("{}"), 0, 0, default, default);
        source.CommitRow(Decoded.Event("{}"), 0, 1, default, default);
        var target = new RecordBatch("s", "v", Definitions);
        foreach (var row in new[] { 1, 0 })
        {
            for (var i = 0; i < Definitions.Length; i++)
            {
                target.Columns[i].AppendFrom(source.Columns[i], row);
            }

            target.CommitRow(Decoded.Event("{}"), 0, row, default, default);
        }

        Assert.All(Definitions, d => Assert.Equal((source.Value(d.Name, 1), source.Value(d.Name, 0)), (target.Value(d.Name, 0), target.Value(d.Name, 1)), new PairComparer()));
    }

    [Fact]
    public void The_partition_key_is_kept_as_utf_8()
    {
        var batch = new RecordBatch("s", "v", Definitions);
        foreach (var key in new[] { "zürich", "zürich", null, "", "b" })
        {
            batch.CommitRow(new IncomingEvent { Body = default, SequenceNumber = 1, EnqueuedUnixMs = 5, PartitionKey = key }, 0, 0, default, default);
        }

        Assert.Equal(["zürich", "zürich", null, "", "b"], Enumerable.Range(0, 5).Select(i => batch.Key.Value(i)));
        Assert.Equal(5000, batch.Enqueued.Values[0]);
    }

    [Fact]
    public void A_pool_gives_cleared_batches_back()
    {
        var pool = new RecordBatchPool("s", "v", Definitions);
        var batch = pool.Rent();
        Append(batch, 1, Definitions.Length);
        batch.CommitRow(Decoded.Event("{}"), 0, 0, default, default);
        pool.Return(batch);
        Assert.Same(batch, pool.Rent());
        Assert.Equal(0, batch.RowCount);
        Assert.NotSame(batch, pool.Rent());
    }

    private static void Append(RecordBatch batch, int value, int columns)
    {
        for (var i = 0; i < columns; i++)
        {
            switch (batch.Columns[i])
            {
                case Int64Column integers:
                    integers.Append(value);
                    break;
                case DoubleColumn doubles:
                    doubles.Append(value / 2.0);
                    break;
                case BooleanColumn booleans:
                    booleans.Append(value % 2 == 0);
                    break;
                case BytesColumn bytes:
                    bytes.Append(System.Text.Encoding.UTF8.GetBytes($"text {value}"));
                    break;
                case UuidColumn uuids:
                    uuids.Append((UInt128)value);
                    break;
                case ListColumn list:
                    ((BytesColumn)list.Elements).Append(System.Text.Encoding.UTF8.GetBytes($"{value}"));
                    list.Elements.AppendNull();
                    list.CommitRow();
                    break;
            }
        }
    }

    private sealed class DisposalCounter : IDisposable
    {
        public int Count { get; private set; }

        public void Dispose() => Count++;
    }

    private sealed class PairComparer : IEqualityComparer<(object? Left, object? Right)>
    {
        public bool Equals((object? Left, object? Right) x, (object? Left, object? Right) y)
        {
            Assert.Equal(x.Left, y.Left);
            Assert.Equal(x.Right, y.Right);
            return true;
        }

        public int GetHashCode((object? Left, object? Right) obj) => 0;
    }
}
