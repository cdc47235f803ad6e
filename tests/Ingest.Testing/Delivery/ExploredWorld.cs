using System.Collections.Immutable;
using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingest.Testing.Delivery;

/// <summary>One run of some writers over one partition of a few events, each with one batch, and of whoever comes after them.</summary>
public sealed class ExploredWorld
{
    private readonly HostileRules rules;
    private readonly ExploredNetwork network;
    private readonly InMemoryProgressStore progress;
    private readonly InMemorySegmentStore segments;
    private readonly InMemoryHubLog hub;
    private readonly DeliveryOptions options = new();
    private int attempts;

    public ExploredWorld(HostileRules rules, ExploredNetwork network, int events)
    {
        (this.rules, this.network) = (rules, network);
        progress = new InMemoryProgressStore(network);
        segments = new InMemorySegmentStore(network, progress);
        progress.IsStaged = segments.IsStaged;
        hub = new InMemoryHubLog(network);
        hub.Append(events);
    }

    public List<string> Violations { get; } = [];

    /// <param name="batches">One for each writer.</param>
    /// <param name="hasDeadWriter">Whether somebody has committed the first event and died before it was visible.</param>
    public void Run(IReadOnlyList<EventRange> batches, bool hasDeadWriter)
    {
        network.Run(async () =>
        {
            if (hasDeadWriter)
            {
                (network.IsCalm, network.DiesPublishing) = (true, true);
                await WriterAsync(new EventRange(0, 0));
                network.IsCalm = false;
            }

            await Task.WhenAll(batches.Select(WriterAsync));

            // Requests that are late may still land between the steps of whoever cleans up.
            network.Forgive();
            await WriterAsync(new EventRange(0, hub.Last));
            await SweepAsync();
            await SweepAsync();
        });
        Violations.AddRange(DeliveryAudit.Problems(segments, progress[DeliveryWorld.Partition]!, 0, hub.Last));
        Violations.AddRange(progress.Violations);
    }

    private async Task WriterAsync(EventRange range)
    {
        ExploredNetwork.Process = new SimulatedProcess();
        var delivery = NewDelivery();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            try
            {
                await delivery.DeliverAsync(hub.Batch(DeliveryWorld.Partition, range.First, range.Last), StageAsync, CancellationToken.None);
                return;
            }
            catch (ProcessDiedException)
            {
                return;
            }
            catch (Exception failure) when (failure is IOException or TimeoutException)
            {
                // The host delivers the batch again, to the same instance.
            }
            catch (PartitionHeldException held)
            {
                Violations.Add($"held for nothing: {held.Message}");
                return;
            }
        }

        Violations.Add("a writer did not get through");
    }

    private async Task SweepAsync()
    {
        ExploredNetwork.Process = new SimulatedProcess();
        await NewDelivery().SweepAsync(DeliveryWorld.Partition, StageAsync, CancellationToken.None);
    }

    /// <summary>Two streams; each attempt routes the events differently.</summary>
    private async Task<StagedRun> StageAsync(DeliveryRun run, CancellationToken cancellationToken)
    {
        var attempt = ++attempts;
        var paths = ImmutableArray.CreateBuilder<string>();
        foreach (var stream in run.Events.ToArray().GroupBy(e => (e.SequenceNumber + attempt) % 2))
        {
            var name = new SegmentName(
                "lake", stream.Key == 0 ? "a" : "b", SegmentName.HourOf(stream.First().EnqueuedUnixMs), run.Partition.Hub, run.Partition.Number, run.Row.Epoch,
                run.First, run.LastOf(run.Events.Length), rules.AttemptOf(attempt).ToString("x32", CultureInfo.InvariantCulture));
            await segments.StageAsync(name, [.. stream.Select(e => new VisibleRecord(run.Row.Epoch, e.SequenceNumber, 0))]);
            await rules.AfterStageAsync(segments, name.ToString());
            paths.Add(name.ToString());
        }

        await rules.BeforeCommitAsync(segments, paths);
        return new StagedRun(run.Events.Length, paths.ToImmutable(), new ProgressTotals(run.Events.Length, 0, 0, 0));
    }

    private PartitionDelivery NewDelivery() =>
        new(rules.Decisions, progress, segments, hub, options, TimeProvider.System, NullLogger<PartitionDelivery>.Instance);
}
