using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Storage.Lake;
using Ingest.Storage.Progress;
using Ingest.Storage.Quarantine;
using Ingest.Storage.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ingest.Storage;

public static class IngestStorageServices
{
    /// <summary>
    /// Registers Azure Storage behind the pipeline's contracts, all as singletons: <see cref="ILake"/>,
    /// <see cref="ISegmentStore"/>, <see cref="IProgressStore"/>, <see cref="IQuarantine"/>, <see cref="IReplayRegister"/>, <see cref="ILookupSource"/>
    /// and two <see cref="ISink"/>s, <c>table</c> and <c>latest</c>; for tools also <see cref="TableProgressStore"/>, <see cref="SegmentListing"/>,
    /// <see cref="SegmentReader"/>, <see cref="QuarantineListing"/>, <see cref="QuarantineReader"/>, <see cref="ReplayRegister"/> and <see cref="LookupWriter"/>. Options are validated when the host starts, all errors at once.
    /// </summary>
    /// <param name="streams">The streams of streams.json; asked at first use of a store.</param>
    public static IServiceCollection AddIngestStorage(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, IEnumerable<StreamDefinition>> streams)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(streams);
        AddOptions(services, configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new StorageClients(
            provider.GetRequiredService<IOptions<DataOptions>>().Value,
            provider.GetRequiredService<StorageOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<StorageClients>>()));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<StorageOptions>>().Value);
        services.AddSingleton(provider => new TableClients(provider.GetRequiredService<StorageClients>().Tables));
        services.AddSingleton(provider => new BlobContainers(provider.GetRequiredService<StorageClients>().Blobs));
        AddLake(services, streams);
        AddQuarantine(services);
        AddTables(services, streams);
        services.AddSingleton<ILookupSource, TableLookupSource>();
        services.AddSingleton(provider => new LookupWriter(provider.GetRequiredService<TableClients>()));
        services.AddSingleton(CreateProgressStore);
        services.AddSingleton<IProgressStore>(provider => provider.GetRequiredService<TableProgressStore>());
        return services;
    }

    private static void AddOptions(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<DataOptions>, DataOptionsValidator>();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddOptions<DataOptions>().Configure(options => DataOptions.Bind(options, configuration)).ValidateOnStart();
        services.AddOptions<StorageOptions>().Configure(options => configuration.GetSection("Ingest:Storage").Bind(options)).ValidateOnStart();
    }

    private static void AddLake(IServiceCollection services, Func<IServiceProvider, IEnumerable<StreamDefinition>> streams)
    {
        services.AddSingleton<SegmentMeter>();
        services.AddSingleton<SegmentStager>();
        services.AddSingleton(provider => new ParquetSegmentWriter(provider.GetRequiredService<StorageOptions>().RowGroupRows));
        services.AddSingleton<ILake>(provider => new BlobLake(
            provider.GetRequiredService<SegmentStager>(),
            provider.GetRequiredService<ParquetSegmentWriter>(),
            streams(provider).ToDictionary(stream => stream.Name, stream => stream.Lake)));
        services.AddSingleton(provider => new SegmentListing(
            provider.GetRequiredService<StorageClients>().Blobs, provider.GetRequiredService<StorageOptions>()));
        services.AddSingleton(provider => new SegmentReader(provider.GetRequiredService<StorageClients>().Blobs));
        services.AddSingleton<ISegmentStore, BlobSegmentStore>();
    }

    private static void AddQuarantine(IServiceCollection services)
    {
        services.AddSingleton<IQuarantine, BlobQuarantine>();
        services.AddSingleton(provider => new ReplayRegister(
            provider.GetRequiredService<TableClients>(), provider.GetRequiredService<StorageOptions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IReplayRegister>(provider => provider.GetRequiredService<ReplayRegister>());
        services.AddSingleton(provider => new QuarantineReader(provider.GetRequiredService<StorageClients>().Blobs));
        services.AddSingleton<QuarantineListing>();
    }

    private static void AddTables(IServiceCollection services, Func<IServiceProvider, IEnumerable<StreamDefinition>> streams)
    {
        services.AddSingleton(provider => provider.GetRequiredService<StorageClients>().TableService);
        services.AddSingleton(provider => new TransactionSlots(provider.GetRequiredService<StorageOptions>().MaxTransactionsInFlight));
        services.AddSingleton(provider => new NewestKnown(provider.GetRequiredService<StorageOptions>().LatestCacheKeys));
        services.AddSingleton<RecentKeys>();
        services.AddSingleton<TableMeter>();
        services.AddSingleton<TableWriter>();
        services.AddSingleton<LatestWriter>();
        services.AddSingleton<ISink>(provider => new TableSink(streams(provider), provider.GetRequiredService<TableWriter>()));
        services.AddSingleton<ISink>(provider => new LatestSink(streams(provider), provider.GetRequiredService<LatestWriter>()));
    }

    private static TableProgressStore CreateProgressStore(IServiceProvider provider) => new(
        provider.GetRequiredService<TableClients>(),
        provider.GetRequiredService<StorageOptions>(),
        provider.GetRequiredService<StorageClients>().Blobs.AccountName,
        $"{Environment.MachineName}/{Environment.ProcessId} {ParquetSegmentWriter.PipelineVersion}",
        provider.GetRequiredService<TimeProvider>());
}
