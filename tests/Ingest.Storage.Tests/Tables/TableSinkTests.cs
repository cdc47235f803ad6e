using System.Diagnostics.Metrics;
using System.Text;
using Azure.Data.Tables;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Telemetry;
using Ingest.Storage.Tables;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Tables;

[Collection(StorageCollection.Name)]
public sealed class TableSinkTests : IDisposable
{
    private readonly string table = "Table" + Guid.NewGuid().ToString("N")[..12];
    private readonly TestStorage storage;

    // "Timestamp" is Table Storage's own.
    private static readonly ColumnDefinition[] Columns = [.. Batches.EveryColumn.Select(c => c.Name == "Timestamp" ? c with { Name = "instant" } : c)];

    private readonly AzuriteFixture fixture;

    public TableSinkTests(AzuriteFixture fixture)
    {
        this.fixture = fixture;
        var everything = new TableDefinition(table + "All", LatestStream.Template("p"), new KeyTemplate("{id}", [new KeyColumn("id")]), null);
        storage = new TestStorage(fixture.Azurite, streams:
        [
            LatestStream.WithTable(table, columns: ["value"]),
            LatestStream.Definition(table) with { Name = "everything", Columns = Columns, Table = everything, Latest = null, Binding = new(null, null, null) },
        ]);
    }

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task Values_of_every_type_are_read_back_equal_by_the_SDK()
    {
        var batch = new RecordBatch("everything", "v", Columns);
        for (var row = 0; row < 130; row++)
        {
            Append(batch, row);
        }

        await WriteAsync(batch);

        var rows = await RowsAsync(table + "All");
        Assert.Equal(130, rows.Count);
        for (var row = 0; row < 130; row++)
        {
            var stored = rows["id-" + row];
            Assert.Equal(((Int64Column)batch["Int64"]).Values[row], stored.GetInt64("Int64"));
            Assert.Equal(((DoubleColumn)batch["Double"]).Values[row], stored.GetDouble("Double"));
            Assert.Equal(row % 2 == 1, stored.GetBoolean("Boolean"));
            Assert.Equal(Encoding.UTF8.GetString(((BytesColumn)batch["String"])[row]), stored.GetString("String"));
            Assert.Equal($$"""{"n":{{row}}}""", stored.GetString("Json"));
            Assert.Equal(Batches.Uuid(row), stored.GetGuid("Uuid"));
            Assert.Equal(ColumnText.Instant(((Int64Column)batch["instant"]).Values[row]), stored.GetDateTimeOffset("instant"));
            Assert.Equal(ColumnText.Day(20_000 + row), stored.GetDateTimeOffset("Date"));
            Assert.Equal(row % 2 == 0 ? null : "[1000003,null]", stored.GetString("list__Int64"));
            Assert.Equal(row % 2 == 0 ? null : """["Gr\u00F6\u00DFe 1",null]""", stored.GetString("list__String"));
        }
    }

    [Fact]
    public async Task Only_the_chosen_columns_are_stored_beside_keys_and_origin()
    {
        await WriteAsync(One("a", 7, 1.5));

        var row = Assert.Single(await RowsAsync(table)).Value;
        Assert.Equal(
            ["PartitionKey", "RowKey", "Timestamp", "_epoch", "_hub", "_index", "_partition", "_sequence", "odata.etag", "value"],
            row.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_replacement_leaves_no_property_of_the_record_before()
    {
        await storage.Tables.CreateTableIfNotExistsAsync(table);
        await storage.Tables.GetTableClient(table).AddEntityAsync(new TableEntity("p", "a") { ["note"] = "by hand" });

        await WriteAsync(One("a", 7, 1.5));

        Assert.False((await RowsAsync(table))["a"].ContainsKey("note"));
    }

    [Fact]
    public async Task Large_rows_are_spread_over_transactions_of_less_than_four_mebibytes()
    {
        var batch = new RecordBatch("everything", "v", Columns);
        var text = Encoding.UTF8.GetBytes(new string('"', 32 * 1024));
        for (var i = 0; i < 120; i++)
        {
            ((BytesColumn)batch["String"]).Append(text);
            ((BytesColumn)batch["Json"]).Append(text);
            Batches.Commit(batch, i, null, "id-" + i);
        }

        await WriteAsync(batch);

        Assert.Equal(120, (await RowsAsync(table + "All")).Count);
    }

    [Fact]
    public async Task Records_that_overwrite_one_another_are_counted_and_repeats_are_not()
    {
        var counts = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == IngestMeter.Name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (counts)
            {
                if (tags.ToArray().Any(tag => tag is { Key: "stream", Value: "metered" }))
                {
                    counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + value;
                }
            }
        });
        listener.Start();
        using var metered = new TestStorage(fixture.Azurite, streams: [LatestStream.WithTable(table) with { Name = "metered" }]);

        foreach (var attempt in new[] { (1, 2), (1, 2), (3, 4) })
        {
            var batch = new RecordBatch("metered", "v", LatestStream.Columns);
            LatestStream.Add(batch, "a", 1, attempt.Item1, 0);
            LatestStream.Add(batch, "b", 1, attempt.Item1 + 10, 0);
            LatestStream.Add(batch, "b", 1, attempt.Item2 + 10, 0);
            Assert.Empty(await metered.Table.Prepare(batch, Batches.Context)!.SendAsync(default));
        }

        // Inside each batch one; the third batch meets the rows of the second.
        Assert.Equal((6, 3 + 2), (counts["ingest.table.rows"], counts["ingest.table.rows_overwritten"]));
    }

    private static void Append(RecordBatch batch, int row)
    {
        ((Int64Column)batch["Int64"]).Append(row switch { 0 => long.MinValue, 1 => long.MaxValue, _ => row * 1_000_003L });
        ((DoubleColumn)batch["Double"]).Append(row switch
        {
            0 => double.MaxValue, 1 => double.Epsilon, 2 => -0.1, 3 => 5, 4 => 1e300, 5 => Math.PI, 6 => -1e-7, 7 => 0, _ => row / 8.0,
        });
        ((BytesColumn)batch["String"]).Append(Encoding.UTF8.GetBytes(row switch
        {
            0 => "", 1 => "\"quoted\\ \r\n\t\u0001 \r\n--changeset_", 2 => "Größe 🚀 \u2028", _ => "text " + row,
        }));
        ((Int64Column)batch["instant"]).Append(row switch
        {
            0 => ColumnText.MicrosecondsOf(new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            1 => ColumnText.MicrosecondsOf(DateTimeOffset.MaxValue),
            _ => (Batches.SixOClock * 1000) + row,
        });
        foreach (var name in new[] { "Boolean", "Date", "Uuid", "Json" })
        {
            Batches.Append(batch[name], row);
        }

        foreach (var name in row % 2 == 0 ? Array.Empty<string>() : ["list.Int64", "list.String"])
        {
            var list = (ListColumn)batch[name];
            Batches.Append(list.Elements, 1);
            list.Elements.AppendNull();
            list.CommitRow();
        }

        Batches.Commit(batch, row, null, "id-" + row);
    }

    private static RecordBatch One(string device, long sequence, double value)
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, device, 1, sequence, value);
        return batch;
    }

    private async Task WriteAsync(RecordBatch batch)
    {
        var write = storage.Table.Prepare(batch, Batches.Context);
        Assert.Empty(batch.Excluded);
        Assert.Empty(await write!.SendAsync(default));
    }

    private async Task<Dictionary<string, TableEntity>> RowsAsync(string name)
    {
        var rows = new Dictionary<string, TableEntity>();
        await foreach (var row in storage.Tables.GetTableClient(name).QueryAsync<TableEntity>())
        {
            rows.Add(row.RowKey, row);
        }

        return rows;
    }
}
