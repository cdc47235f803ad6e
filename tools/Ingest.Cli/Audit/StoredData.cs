using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Storage;
using Ingest.Storage.Lake;
using Ingest.Storage.Progress;
using Ingest.Storage.Quarantine;
using Ingest.Storage.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ingest.Cli.Audit;

/// <summary>Lake, quarantine and progress of one data account, for reading.</summary>
public sealed class StoredData : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private StoredData(ServiceProvider services)
    {
        this.services = services;
        Clients = services.GetRequiredService<StorageClients>();
        Options = services.GetRequiredService<StorageOptions>();
    }

    public StorageClients Clients { get; }

    public StorageOptions Options { get; }

    public SegmentReader Reader => services.GetRequiredService<SegmentReader>();

    public QuarantineListing QuarantineListing => services.GetRequiredService<QuarantineListing>();

    public QuarantineReader QuarantineReader => services.GetRequiredService<QuarantineReader>();

    public ReplayRegister Replays => services.GetRequiredService<ReplayRegister>();

    public TableProgressStore Progress => services.GetRequiredService<TableProgressStore>();

    public ISegmentStore Segments => services.GetRequiredService<ISegmentStore>();

    public LookupWriter Lookups => services.GetRequiredService<LookupWriter>();

    /// <summary>Opens the account that the settings name.</summary>
    /// <exception cref="CommandException">The settings name none, or a wrong one.</exception>
    /// <param name="clock">null: the system's.</param>
    public static StoredData Open(IConfiguration settings, TimeProvider? clock = null)
    {
        var services = new ServiceCollection().AddSingleton(clock ?? TimeProvider.System).AddIngestStorage(settings, _ => Array.Empty<StreamDefinition>()).BuildServiceProvider();
        try
        {
            return new StoredData(services);
        }
        catch (Exception e) when (e is OptionsValidationException or FormatException or ArgumentException)
        {
            services.Dispose();
            throw new CommandException(ExitCode.Usage, $"{e.Message} Or give --data CONNECTION.", e);
        }
    }

    /// <summary>The progress rows of this lake.</summary>
    public async Task<IReadOnlyList<ProgressRow>> ReadProgressAsync(CancellationToken cancellationToken)
    {
        var rows = new List<ProgressRow>();
        await foreach (var row in Progress.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (row.Account == Clients.Blobs.AccountName && row.Container == Options.LakeContainer)
            {
                rows.Add(new ProgressRow(row.Partition, row.Progress, row.WrittenAt));
            }
        }

        return rows;
    }

    public async Task<IReadOnlyList<VisibleSegment>> ListSegmentsAsync(CancellationToken cancellationToken)
    {
        var segments = new List<VisibleSegment>();
        await foreach (var segment in services.GetRequiredService<SegmentListing>().ListAsync(null, null, cancellationToken).ConfigureAwait(false))
        {
            segments.Add(segment);
        }

        return segments;
    }

    /// <summary>Whether the segment is published.</summary>
    /// <param name="path">Full path, as in the progress row's pending names.</param>
    public async Task<bool> IsVisibleAsync(string path, CancellationToken cancellationToken)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return await Clients.Blobs.GetBlobContainerClient(path[..slash]).GetBlobClient(path[(slash + 1)..]).ExistsAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
