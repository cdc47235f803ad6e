using System.Collections.Immutable;
using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingest.Testing.Delivery;

/// <summary>What happens once in a run beside the writers, between any two of their requests.</summary>
public enum Disturbance
{
    None,

    /// <summary>The hub is deleted and created again; the last writer has a batch of the new one, the others have batches of the old one.</summary>
    RecreatedHub,

    /// <summary>A week passes: what is staged and not published is gone.</summary>
    ExpiredBlocks,
}

/// <summary>One run of some writers over one partition of a few events, each with one batch, and of whoever comes after them.</summary>
public sealed class ExploredWorld
{
    /// <summary>Events of a hub that was created again: fewer than before, so that the old numbers go beyond its end.</summary>
    public const int EventsAfterwards = 2;

    private readonly HostileRules rules;
    private readonly Disturbance disturbance;
    private readonly ExploredNetwork network;
    private readonly InMemoryProgressStore progress;
    private readonly InMemorySegmentStore segments;
    private readonly InMemoryHubLog hub;
    private readonly DeliveryOptions options = new() { RepairBatchSize = 2 };
    private int attempts;

    public ExploredWorld(HostileRules rules, ExploredNetwork network, int events, Disturbance disturbance = Disturbance.None)
    {
        (this.rules, this.network, this.disturbance) = (rules, network, disturbance);
        progress = new InMemoryProgressStore(network);
        segments = new InMemorySegmentStore(network, progress);
        progress.IsStaged = segments.IsStaged;
        hub = new InMemoryHubLog(network);
        hub.Append(events);
    }

    public List<string> Violations { get; } = [];

    /// <param name="batches">One for each writer.</param>
    /// <param name="deadWriters">What somebody has committed who died before any of it was visible.</param>
    public void Run(IReadOnlyList<EventRange> batches, EventRange? deadWriters)
    {
        network.Run(async () =>
        {
            if (deadWriters is { } committed)
            {
                (network.IsCalm, network.DiesPublishing) = (true, true);
                await WriterAsync(committed);
                network.IsCalm = false;
            }

            var ofTheNewHub = disturbance == Disturbance.RecreatedHub ? 1 : 0;
            await Task.WhenAll([.. batches.SkipLast(ofTheNewHub).Select(WriterAsync), DisturbAsync(batches.TakeLast(ofTheNewHub))]);

            // Requests that are late may still land between the steps of whoever cleans up.
            network.Forgive();
            await WriterAsync(new EventRange(0, hub.Last));
            await SweepAsync();
            await SweepAsync();
        });
        var row = progress[DeliveryWorld.Partition]!;
        Violations.AddRange(DeliveryAudit.Problems(segments, row, 0, hub.Last));
        Violations.AddRange(progress.Violations);
        Violations.AddRange(ProblemsOfIdentity(row));
    }

    private async Task DisturbAsync(IEnumerable<EventRange> after)
    {
        ExploredNetwork.Process = new SimulatedProcess();
        if (disturbance != Disturbance.None)
        {
            await network.CallAsync("disturbance", Disturb);
        }

        foreach (var batch in after)
        {
            await WriterAsync(batch);
        }
    }

    private bool Disturb()
    {
        if (disturbance == Disturbance.ExpiredBlocks)
        {
            segments.ExpireStaged();
        }
        else
        {
            hub.Recreate();
            hub.Append(EventsAfterwards);
        }

        return true;
    }

    /// <summary>An epoch is one hub: where it holds another's event, a number stands for two events or one event has two.</summary>
    private IEnumerable<string> ProblemsOfIdentity(PartitionProgress row)
    {
        var records = segments.Visible.Values.SelectMany(r => r).ToList();
        var strangers = records.Where(r => r.Epoch == row.Epoch && r.Incarnation != hub.Incarnation).Select(r => $"event {r.Sequence} of a deleted hub is in the new one's epoch");
        var doubled = records.GroupBy(r => (r.Incarnation, r.Sequence)).Where(g => g.Select(r => r.Epoch).Distinct().Count() > 1)
            .Select(g => $"event {g.Key.Sequence} of hub {g.Key.Incarnation} is in several epochs");
        return row.HubCreated == hub.CreatedUnixMs ? strangers.Concat(doubled) : strangers.Concat(doubled).Append("the row is not of the hub that is there");
    }

    private async Task WriterAsync(EventRange range)
    {
        ExploredNetwork.Process = new SimulatedProcess();
        var delivery = NewDelivery();
        var batch = hub.Batch(DeliveryWorld.Partition, range.First, range.Last);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            try
            {
                await delivery.DeliverAsync(batch, StageAsync, CancellationToken.None);
                return;
            }
            catch (ProcessDiedException)
            {
                return;
            }
            catch (PartitionHeldException held) when (held.NeedsOperator || disturbance == Disturbance.None)
            {
                Violations.Add($"held for nothing: {held.Message}");
                return;
            }
            catch (Exception failure) when (failure is IOException or TimeoutException or PartitionHeldException { NeedsOperator: false })
            {
                // The host delivers the batch again, to the same instance.
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
        foreach (var stream in run.Events.ToArray().Where(e => !run.Held.Contains(new RecordPlace(e.SequenceNumber, 0))).GroupBy(e => (e.SequenceNumber + attempt) % 2))
        {
            var name = new SegmentName(
                "lake", stream.Key == 0 ? "a" : "b", SegmentName.HourOf(stream.First().EnqueuedUnixMs), run.Partition.Hub, run.Partition.Number, run.Row.Epoch,
                run.First, run.LastOf(run.Events.Length), rules.AttemptOf(attempt).ToString("x32", CultureInfo.InvariantCulture));
            await segments.StageAsync(name, [.. stream.Select(e => new VisibleRecord(run.Row.Epoch, e.SequenceNumber, 0, HostileStaging.IncarnationOf(e)))]);
            await rules.AfterStageAsync(segments, name.ToString());
            paths.Add(name.ToString());
        }

        await rules.BeforeCommitAsync(segments, paths);
        return new StagedRun(run.Events.Length, paths.ToImmutable(), new ProgressTotals(run.Events.Length, 0, 0, 0));
    }

    private PartitionDelivery NewDelivery() =>
        new(rules.Decisions, progress, segments, hub, options, TimeProvider.System, NullLogger<PartitionDelivery>.Instance);
}
