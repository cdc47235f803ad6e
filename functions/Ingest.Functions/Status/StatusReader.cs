using System.Collections.Concurrent;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;
using Ingest.Storage;
using Ingest.Storage.Progress;

namespace Ingest.Functions;

/// <summary>Asks stores and hubs how things stand. Remembers nothing: an instance sees only what it does itself. Thread-safe.</summary>
public sealed class StatusReader(
    StreamCatalog catalog, TableProgressStore progress, StorageClients storage, StorageOptions options, EventHubLog log, IngestHubs hubs)
{
    private const int PartitionsAtOnce = 16;

    /// <summary>Never throws for what a store or a hub does: the report says what could not be asked.</summary>
    public async Task<StatusReport> ReadAsync(CancellationToken cancellationToken)
    {
        var problems = new ConcurrentBag<string>();
        var rows = new Dictionary<PartitionId, StoredProgress>();
        await TryAsync("progress rows", async () =>
        {
            await foreach (var row in progress.ListAsync(cancellationToken))
            {
                if (row.Account == storage.Blobs.AccountName && row.Container == options.LakeContainer)
                {
                    rows[row.Partition] = row;
                }
            }
        });
        var partitions = new ConcurrentBag<PartitionStatus>();
        foreach (var hub in hubs.All)
        {
            await TryAsync($"hub {hub}", async () => await AskAsync(await log.PartitionsAsync(hub, cancellationToken)));
        }

        return StatusReport.Of([.. catalog.Streams.Select(s => new StreamStatus(s.Name, s.Version))], partitions, problems);

        Task AskAsync(IReadOnlyList<PartitionId> ids) => Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = PartitionsAtOnce, CancellationToken = cancellationToken },
            async (id, token) => await TryAsync($"partition {id}", async () =>
                partitions.Add(PartitionStatus.Of(id, await log.GetStateAsync(id, token), rows.GetValueOrDefault(id)))));

        async Task TryAsync(string what, Func<Task> ask)
        {
            try
            {
                await ask();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                problems.Add($"{what}: {exception.Message}");
            }
        }
    }
}
