using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Storage.Lake;
using Ingest.Storage.Progress;
using Ingest.Storage.Tables;
using Ingest.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Storage.Tests.Support;

/// <summary>The product's own registration against Azurite, with containers and tables of its own.</summary>
public sealed class TestStorage : IDisposable
{
    private readonly ServiceProvider services;
    private readonly string suffix;

    /// <param name="suffix">The same suffix gives a second instance of the app over the same storage.</param>
    public TestStorage(Azurite azurite, string? suffix = null, IEnumerable<StreamDefinition>? streams = null)
    {
        this.suffix = suffix ?? Guid.NewGuid().ToString("N")[..12];
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = azurite.ConnectionString,
            ["Ingest:Storage:LakeContainer"] = "lake" + this.suffix,
            ["Ingest:Storage:QuarantineContainer"] = "quarantine" + this.suffix,
            ["Ingest:Storage:ProgressTable"] = "Progress" + this.suffix,
            ["Ingest:Storage:QuarantineTable"] = "Quarantine" + this.suffix,
            ["Ingest:Storage:ReplayTable"] = "Replays" + this.suffix,
        }).Build();
        services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddIngestStorage(configuration, _ => streams ?? [])
            .BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));

    public string Suffix => suffix;

    public IServiceProvider Services => services;

    public ILake Lake => services.GetRequiredService<ILake>();

    public ISegmentStore Segments => services.GetRequiredService<ISegmentStore>();

    public SegmentListing Listing => services.GetRequiredService<SegmentListing>();

    public IQuarantine Quarantine => services.GetRequiredService<IQuarantine>();

    public TableProgressStore Progress => services.GetRequiredService<TableProgressStore>();

    public SegmentReader Reader => services.GetRequiredService<SegmentReader>();

    public ISink Latest => services.GetServices<ISink>().Single(sink => sink.Name == "latest");

    public ISink Table => services.GetServices<ISink>().Single(sink => sink.Name == "table");

    public ILookupSource Lookups => services.GetRequiredService<ILookupSource>();

    public LookupWriter LookupWriter => services.GetRequiredService<LookupWriter>();

    public StorageOptions Options => services.GetRequiredService<StorageOptions>();

    public BlobServiceClient Blobs => services.GetRequiredService<StorageClients>().Blobs;

    public TableServiceClient Tables => services.GetRequiredService<StorageClients>().Tables;

    public SegmentName LakeSegment(string stream, long hour, PartitionId partition, int epoch, long first, long last) => new(
        Options.LakeContainer, stream, hour, partition.Hub, partition.Number, epoch, first, last, Guid.NewGuid().ToString("N"));

    public SegmentName QuarantineSegment(long hour, PartitionId partition, int epoch, long first, long last) =>
        LakeSegment("", hour, partition, epoch, first, last) with { Container = Options.QuarantineContainer };

    public async Task<byte[]> DownloadAsync(SegmentName name) =>
        (await Blobs.GetBlobContainerClient(name.Container).GetBlobClient(name.BlobName).DownloadContentAsync()).Value.Content.ToArray();

    public void Dispose() => services.Dispose();
}
