using Azure.Data.Tables;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Storage.Tables;
using Ingest.Storage.Tests.Support;
using Ingest.Testing.Conformance;

namespace Ingest.Storage.Tests;

[Collection(StorageCollection.Name)]
public sealed class BlobSegmentStoreConformanceTests(AzuriteFixture fixture) : SegmentStoreConformance, IDisposable
{
    private readonly TestStorage storage = new(fixture.Azurite);

    protected override ILake Lake => storage.Lake;

    protected override ISegmentStore Segments => storage.Segments;

    public void Dispose() => storage.Dispose();
}

[Collection(StorageCollection.Name)]
public sealed class TableProgressStoreConformanceTests(AzuriteFixture fixture) : ProgressStoreConformance, IDisposable
{
    private readonly TestStorage storage = new(fixture.Azurite);

    protected override IProgressStore Progress => storage.Progress;

    public void Dispose() => storage.Dispose();
}

[Collection(StorageCollection.Name)]
public sealed class TableSinkConformanceTests(AzuriteFixture fixture) : TableConformance(fixture)
{
    protected override ISink Sink => Storage.Table;

    protected override StreamDefinition With(StreamDefinition stream, TableDefinition table) => stream with { Table = table, Latest = null };
}

[Collection(StorageCollection.Name)]
public sealed class LatestSinkConformanceTests(AzuriteFixture fixture) : TableConformance(fixture)
{
    protected override ISink Sink => Storage.Latest;

    protected override StreamDefinition With(StreamDefinition stream, TableDefinition table) => stream with { Latest = table };
}

public abstract class TableConformance : SinkConformance, IDisposable
{
    private readonly string table = "Sink" + Guid.NewGuid().ToString("N")[..12];

    private protected TableConformance(AzuriteFixture fixture)
    {
        var key = new KeyTemplate("{deviceId}", [new KeyColumn("deviceId")]);
        var definition = new TableDefinition(table, new KeyTemplate("{hash:deviceId:4}", [new KeyHash("deviceId", 4)]), key, null);
        Storage = new TestStorage(fixture.Azurite, streams: [With(LatestStream.Definition(table) with { Columns = Columns }, definition)]);
    }

    private protected TestStorage Storage { get; }

    public void Dispose() => Storage.Dispose();

    protected abstract StreamDefinition With(StreamDefinition stream, TableDefinition table);

    protected override async Task<IReadOnlyList<(string Device, long Value, string Origin)>> RowsAsync()
    {
        var rows = new List<(string, long, string)>();
        var client = Storage.Tables.GetTableClient(table);
        await client.CreateIfNotExistsAsync();
        await foreach (var row in client.QueryAsync<TableEntity>())
        {
            Assert.Equal(row.GetString("deviceId"), TableKeyEncoding.Decode(row.RowKey));
            rows.Add((row.GetString("deviceId"), row.GetInt64("value")!.Value,
                $"{row["_hub"]}/{row["_partition"]}/{row["_epoch"]}/{row["_sequence"]}/{row["_index"]}"));
        }

        return rows;
    }
}
