using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Azure.Data.Tables;
using Ingest.Pipeline.Telemetry;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Throttling;

[Collection(StorageCollection.Name)]
public sealed class ThrottledStorageTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Requests_to_real_storage_are_throttled_and_metered_by_kind()
    {
        var kinds = new ConcurrentDictionary<string, int>();
        var gauges = new ConcurrentDictionary<string, int>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == IngestMeter.Name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (instrument.Name == "ingest.storage.rtt")
            {
                kinds.AddOrUpdate(tags.ToArray().Single(tag => tag.Key == "kind").Value!.ToString()!, 1, (_, count) => count + 1);
            }
        });
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => gauges[instrument.Name] = value);
        listener.Start();
        using var clients = new StorageClients(new DataOptions { ConnectionString = fixture.Azurite.ConnectionString }, new StorageOptions());
        var name = "throttled" + Guid.NewGuid().ToString("N")[..12];
        var container = clients.Blobs.GetBlobContainerClient(name);
        await container.CreateAsync();
        var table = clients.Tables.GetTableClient(name);
        await table.CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            await container.GetBlobClient($"{i}").UploadAsync(new BinaryData(new byte[1000]));
            await table.AddEntityAsync(new TableEntity("p", $"{i}"));
        }));

        var blobs = 0;
        await foreach (var blob in container.GetBlobsAsync())
        {
            blobs++;
        }

        listener.RecordObservableInstruments();
        Assert.Equal(100, blobs);
        Assert.True(kinds["blob-write"] >= 100 && kinds["table"] >= 100 && kinds["list"] >= 1);
        Assert.InRange(gauges["ingest.storage.limit"], 1, 200);
        Assert.Equal(0, gauges["ingest.storage.circuit"]);
        Assert.Contains("ingest.storage.in_flight", gauges.Keys);
    }
}
