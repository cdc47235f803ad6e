using System.Text;
using Azure.Data.Tables;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Tables;

[Collection(StorageCollection.Name)]
public sealed class LatestSinkTests(AzuriteFixture fixture) : IDisposable
{
    private readonly string table = "Latest" + Guid.NewGuid().ToString("N")[..12];
    private readonly List<TestStorage> instances = [];

    public void Dispose() => instances.ForEach(instance => instance.Dispose());

    [Fact]
    public async Task A_batch_leaves_the_newest_record_of_each_key()
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "a", 10, 1, 1);
        LatestStream.Add(batch, "a", 30, 2, 2);
        LatestStream.Add(batch, "a", 20, 3, 3);
        LatestStream.Add(batch, "b", null, 4, 4);

        await WriteAsync(Instance(), batch);

        var rows = await RowsAsync();
        Assert.Equal(["a", "b"], rows.Keys.Order());
        Assert.Equal((2d, 2L), (rows["a"].GetDouble("value"), rows["a"].GetInt64("_sequence")));
        Assert.Equal(4L, rows["b"].GetInt64("_sequence"));
        Assert.Equal(rows["b"].GetDateTimeOffset("_enqueued"), rows["b"].GetDateTimeOffset("_time"));
    }

    [Fact]
    public async Task Every_type_arrives_as_its_table_type_with_the_records_origin()
    {
        var batch = LatestStream.Batch();
        foreach (var column in batch.Columns.Where(c => c is not ListColumn))
        {
            Batches.Append(column, 5);
        }

        var tags = (ListColumn)batch["tags"];
        Batches.Append(tags.Elements, 1);
        tags.Elements.AppendNull();
        tags.CommitRow();
        Batches.Commit(batch, 77, null, "");

        await WriteAsync(Instance(), batch);

        var row = Assert.Single((await RowsAsync()).Values);
        Assert.Equal("Größe 5", row.GetString("deviceId"));
        Assert.Equal(5.0 / 8, row.GetDouble("location__lat"));
        Assert.Equal("""["Gr\u00F6\u00DFe 1",null]""", row.GetString("tags"));
        Assert.Equal(Batches.Uuid(5), row.GetGuid("uuid"));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(20_005), row.GetDateTimeOffset("day"));
        Assert.Equal(5_000_015L, row.GetInt64("count"));
        Assert.True(row.GetBoolean("on"));
        Assert.Equal("""{"n":5}""", row.GetString("extra"));
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Batches.SixOClock);
        Assert.Equal(time.AddMicroseconds(5), row.GetDateTimeOffset("createdAt"));
        Assert.Equal(
            ("telemetry", 2, 3, 77L, 0L, time.AddMicroseconds(5), time.AddMilliseconds(77)),
            (row.GetString("_hub"), row.GetInt32("_epoch"), row.GetInt32("_partition"), row.GetInt64("_sequence"), row.GetInt64("_index"),
                row.GetDateTimeOffset("_time"), row.GetDateTimeOffset("_enqueued")));
    }

    [Fact]
    public async Task An_older_record_does_not_replace_a_newer_one_even_in_a_process_that_has_never_seen_it()
    {
        await WriteAsync(Instance(), One("a", 30, 2, 2));
        await WriteAsync(Instance(), One("a", 20, 3, 3));
        Assert.Equal(2, (await RowsAsync())["a"].GetDouble("value"));

        await WriteAsync(Instance(), One("a", 30, 4, 4));
        Assert.Equal(4, (await RowsAsync())["a"].GetDouble("value"));
    }

    [Fact]
    public async Task A_cached_row_that_another_instance_replaced_or_deleted_is_compared_anew()
    {
        var (first, second) = (Instance(), Instance());
        await WriteAsync(first, One("a", 10, 1, 1));
        await WriteAsync(second, One("a", 30, 3, 3));
        await WriteAsync(first, One("a", 20, 2, 2));
        Assert.Equal(3, (await RowsAsync())["a"].GetDouble("value"));

        await WriteAsync(first, One("a", 40, 4, 4));
        Assert.Equal(4, (await RowsAsync())["a"].GetDouble("value"));

        await instances[0].Tables.GetTableClient(table).DeleteEntityAsync("p", "a");
        await WriteAsync(first, One("a", 50, 5, 5));
        Assert.Equal(5, (await RowsAsync())["a"].GetDouble("value"));
    }

    [Fact]
    public async Task A_row_that_somebody_else_wrote_by_hand_gives_way()
    {
        var storage = Instance();
        await storage.Tables.CreateTableIfNotExistsAsync(table);
        await storage.Tables.GetTableClient(table).AddEntityAsync(new TableEntity("p", "a") { ["note"] = "by hand" });

        await WriteAsync(storage, One("a", 10, 1, 1));

        var row = (await RowsAsync())["a"];
        Assert.Equal(1, row.GetDouble("value"));
        Assert.False(row.ContainsKey("note"));
    }

    [Property(MaxTest = 12)]
    public Property The_newest_record_of_all_attempts_stands_whatever_their_order_and_their_writers() => Prop.ForAll(
        Runs().ToArbitrary(),
        async run =>
        {
            // Each run has its own table: two instances of the app, each with a cache of its own, send the attempts at once.
            var name = "Latest" + Guid.NewGuid().ToString("N")[..12];
            var (left, right) = (Instance(name), Instance(name));
            await Task.WhenAll(
                SendAllAsync(left, run.Where((_, i) => i % 2 == 0)),
                SendAllAsync(right, run.Where((_, i) => i % 2 == 1)));
            foreach (var again in run)
            {
                await WriteAsync(left, Of(again));
            }

            var expected = run.SelectMany(attempt => attempt).GroupBy(record => record.Device)
                .ToDictionary(g => g.Key, g => g.OrderBy(r => r.Seconds).ThenBy(r => r.Sequence).Last().Sequence);
            var stored = (await RowsAsync(name)).ToDictionary(row => row.Key, row => row.Value.GetInt64("_sequence")!.Value);
            Assert.Equal(expected.OrderBy(e => e.Key), stored.OrderBy(s => s.Key));
        });

    [Fact]
    public async Task More_keys_than_one_transaction_takes_are_all_written()
    {
        var batch = LatestStream.Batch();
        for (var i = 0; i < 950; i++)
        {
            LatestStream.Add(batch, "d" + (i % 450), i, i, i);
        }

        await WriteAsync(Instance(), batch);

        var rows = await RowsAsync();
        Assert.Equal(450, rows.Count);
        Assert.All(rows, row => Assert.True(row.Value.GetDouble("value") >= 450));
    }

    [Fact]
    public async Task Large_rows_are_spread_over_transactions_of_less_than_four_mebibytes()
    {
        var batch = LatestStream.Batch();
        var text = Encoding.UTF8.GetBytes(new string('\u00e4', 32 * 1024));
        for (var i = 0; i < 120; i++)
        {
            ((BytesColumn)batch["extra"]).Append(text);
            LatestStream.Add(batch, "d" + i, i, i, i);
        }

        await WriteAsync(Instance(), batch);

        Assert.Equal(120, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task Rows_excluded_after_preparing_are_not_sent_and_the_next_newest_record_of_their_key_is()
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "a", 10, 1, 1);
        LatestStream.Add(batch, "a", 20, 2, 2);
        LatestStream.Add(batch, "b", 20, 3, 3);
        var write = Instance().Latest.Prepare(batch, Batches.Context)!;
        batch.Exclude(1, new Fault(FaultStage.Store, FaultCode.StoreLimit, "Another sink refused it."));
        batch.Exclude(2, new Fault(FaultStage.Store, FaultCode.StoreLimit, "Another sink refused it."));

        Assert.Empty(await write.SendAsync(default));

        Assert.Equal(1, Assert.Single(await RowsAsync()).Value.GetDouble("value"));
    }

    [Fact]
    public void A_stream_without_a_latest_table_prepares_nothing() =>
        Assert.Null(Instance().Latest.Prepare(new RecordBatch("other", "v", []), Batches.Context));

    [Fact]
    public async Task A_row_that_the_service_refuses_is_isolated_by_its_index_and_the_others_are_written()
    {
        // What the check lets through, the service takes; so the row grows beyond the limit behind the check's back.
        var batch = LatestStream.Batch();
        for (var i = 0; i < 5; i++)
        {
            ((BytesColumn)batch["extra"]).Append("{}"u8);
            LatestStream.Add(batch, "d" + i, i, i, i);
        }

        LatestStream.Add(batch, "d3", 1, 5, 31);
        var write = Instance().Latest.Prepare(batch, Batches.Context)!;
        batch["extra"].Truncate(3);
        ((BytesColumn)batch["extra"]).Append(new byte[80_000].AsSpan());
        ((BytesColumn)batch["extra"]).Append("{}"u8);
        ((BytesColumn)batch["extra"]).Append("{}"u8);

        var row = Assert.Single(await write.SendAsync(default));

        Assert.Equal((3, FaultCode.StoreLimit), (row.Row, row.Fault.Code));
        Assert.Equal(["d0|0", "d1|1", "d2|2", "d3|31", "d4|4"], (await RowsAsync()).Select(r => $"{r.Key}|{r.Value.GetDouble("value")}").Order());
    }

    private static Gen<List<List<(string Device, int Seconds, long Sequence)>>> Runs() =>
        from attempts in Gen.Choose(2, 8)
        from run in Gen.ListOf(
            Gen.ListOf(
                from device in Gen.Choose(0, 3)
                from seconds in Gen.Choose(0, 5)
                from sequence in Gen.Choose(0, 40)
                select (Device: "d" + device, Seconds: seconds, Sequence: (long)sequence)),
            attempts)
        select run.Select(records => records.DistinctBy(r => r.Sequence).OrderBy(r => r.Sequence).ToList()).Where(records => records.Count > 0).ToList();

    private async Task SendAllAsync(TestStorage storage, IEnumerable<List<(string Device, int Seconds, long Sequence)>> attempts) =>
        await Task.WhenAll(attempts.Select(attempt => WriteAsync(storage, Of(attempt))));

    private static RecordBatch Of(List<(string Device, int Seconds, long Sequence)> records)
    {
        var batch = LatestStream.Batch();
        foreach (var (device, seconds, sequence) in records)
        {
            LatestStream.Add(batch, device, seconds, sequence, seconds);
        }

        return batch;
    }

    private static RecordBatch One(string device, double seconds, long sequence, double value)
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, device, seconds, sequence, value);
        return batch;
    }

    private static async Task WriteAsync(TestStorage storage, RecordBatch batch)
    {
        var write = storage.Latest.Prepare(batch, Batches.Context);
        Assert.Empty(batch.Excluded);
        Assert.Empty(await write!.SendAsync(default));
    }

    private TestStorage Instance(string? name = null)
    {
        var instance = new TestStorage(fixture.Azurite, streams: [LatestStream.Definition(name ?? table)]);
        instances.Add(instance);
        return instance;
    }

    private async Task<Dictionary<string, TableEntity>> RowsAsync(string? name = null)
    {
        var rows = new Dictionary<string, TableEntity>();
        await foreach (var row in instances[0].Tables.GetTableClient(name ?? table).QueryAsync<TableEntity>())
        {
            rows.Add(row.RowKey, row);
        }

        return rows;
    }
}
