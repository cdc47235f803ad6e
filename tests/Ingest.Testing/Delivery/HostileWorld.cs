using System.Collections.Immutable;
using System.Globalization;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Testing.Delivery;

/// <summary>
/// One partition under everything that can happen to it at once: writers that crash, are cancelled, stolen from, retried or
/// skipped by the host; late requests; retention; a hub that is deleted and created again; a row that is rolled back; a
/// sweeper that races the owners; routing decisions and batch edges that change between attempts. It runs the production
/// code of the delivery protocol, one continuation at a time, in an order that the seed decides.
/// </summary>
public sealed class HostileWorld
{
    private const int MaxWriters = 3;
    private const int HostileSteps = 400;
    private const int MaxSteps = 60_000;

    private readonly DeliveryDecisions decisions;
    private readonly SeededScheduler scheduler;
    private readonly HostileNetwork network;
    private readonly InMemoryProgressStore progress;
    private readonly InMemorySegmentStore segments;
    private readonly InMemoryHubLog hub;
    private readonly FakeTimeProvider time;
    private readonly DeliveryOptions options = new() { RepairBatchSize = 5, RepairReads = 2, HubCheckInterval = TimeSpan.FromMilliseconds(1) };
    private readonly List<SimulatedProcess> writers = [];
    private readonly HashSet<(int Incarnation, long Sequence)> absent = [];
    private readonly int total;
    private readonly bool mayRollBack;
    private long checkpoint = -1;
    private int attempts;
    private bool rolledBack;
    private bool done;
    private int steps;

    public HostileWorld(int seed, DeliveryDecisions decisions)
    {
        this.decisions = decisions;
        scheduler = new SeededScheduler(seed);
        network = new HostileNetwork(scheduler);
        progress = new InMemoryProgressStore(network);
        segments = new InMemorySegmentStore(network, progress);
        hub = new InMemoryHubLog(network);
        time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(hub.CreatedUnixMs));
        total = scheduler.Random.Next(4, 24);
        mayRollBack = scheduler.Chance(0.2);
        progress.IsVisible = segments.IsVisible;
    }

    /// <summary>The partition waits for a human, as it must after a rollback.</summary>
    public bool Held { get; private set; }

    public List<string> Violations { get; } = [];

    public int Failures => network.Failures;

    private static PartitionId Partition => DeliveryWorld.Partition;

    /// <summary>Where the world stands, for a run that does not end.</summary>
    public string Describe() =>
        $"calm {network.Calm}, steps {steps}, writers {writers.Count}, row {progress[Partition]}, hub {hub.Incarnation}: {hub.Beginning}–{hub.Last}, {string.Join("; ", Violations.Take(3))}";

    public void Run()
    {
        scheduler.Run(RunAsync);
        Judge();
    }

    private async Task RunAsync()
    {
        hub.Append(scheduler.Random.Next(0, 7));
        var sweeper = SweeperAsync();
        var running = new List<Task>();
        var sent = hub.Last + 1;
        for (var step = steps = 0; !done && Violations.Count == 0; step++)
        {
            await Task.Yield();
            steps = step;
            if (step > MaxSteps)
            {
                Violations.Add("stuck: no progress although nothing fails any more");
            }

            writers.RemoveAll(w => w.Dead);
            if (writers.Count < MaxWriters && (scheduler.Chance(0.03) || (network.Calm && writers.Count == 0)))
            {
                var process = new SimulatedProcess();
                writers.Add(process);
                running.Add(WriterAsync(process));
            }

            if (network.Calm)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                done = Held || IsSettled();
                continue;
            }

            sent += Disturb(sent);
            if (step > HostileSteps && sent >= total)
            {
                network.BecomeCalm();
            }
        }

        writers.ForEach(w => w.Dead = true);
        done = true;
        await Task.WhenAll([.. running, sweeper]);
    }

    private int Disturb(long sent)
    {
        var added = 0;
        if (sent < total && scheduler.Chance(0.05))
        {
            hub.Append(1);
            added = 1;
        }

        if (scheduler.Chance(0.01) && hub.Beginning <= hub.Last)
        {
            hub.TrimTo(Math.Min(hub.Beginning + scheduler.Random.Next(1, 4), hub.Last + 1));
        }

        if (scheduler.Chance(0.003) && hub.Incarnation < 3)
        {
            hub.Recreate();
            checkpoint = scheduler.Chance(0.5) ? checkpoint : -1;
            hub.Append(scheduler.Random.Next(0, 6));
        }

        if (writers.Count > 0 && scheduler.Chance(0.02))
        {
            writers[scheduler.Random.Next(writers.Count)].Dead = true;
        }

        if (scheduler.Chance(0.1))
        {
            network.LandOne();
        }

        if (mayRollBack && !rolledBack && progress[Partition] is not null && scheduler.Chance(0.01))
        {
            rolledBack = true;
            writers.ForEach(w => w.Dead = true);
            var history = progress.History;
            progress.Overwrite(Partition, scheduler.Chance(0.3) ? null : history[scheduler.Random.Next(history.Count)]);
        }

        time.Advance(TimeSpan.FromMilliseconds(scheduler.Random.Next(0, 4000)));
        return added;
    }

    private bool IsSettled() =>
        progress[Partition] is { Pending.IsEmpty: true } row && row.HubCreated == hub.CreatedUnixMs && row.Durable >= hub.Last;

    /// <summary>The host's part in one instance: batches from its own position, retries, skips, checkpoints.</summary>
    private async Task WriterAsync(SimulatedProcess process)
    {
        HostileNetwork.Process = process;
        var delivery = NewDelivery();
        var (position, incarnation) = (checkpoint + 1, hub.Incarnation);
        while (!done && !process.Dead)
        {
            await Task.Yield();
            if (incarnation != hub.Incarnation)
            {
                (position, incarnation) = (checkpoint + 1, hub.Incarnation);
            }

            if (position > hub.Last + 1 && scheduler.Chance(0.5))
            {
                position = 0; // An invalid position: an operator resets the checkpoint.
            }

            var first = Math.Max(position, hub.Beginning);
            if (first > hub.Last)
            {
                continue;
            }

            var batch = hub.Batch(Partition, first, Math.Min(hub.Last, first + scheduler.Random.Next(0, 6)));
            await DeliverAsync(process, delivery, batch);
            position = batch.Last + 1;
            if (incarnation == hub.Incarnation && scheduler.Chance(0.8))
            {
                checkpoint = position - 1;
            }
        }
    }

    private async Task DeliverAsync(SimulatedProcess process, PartitionDelivery delivery, EventBatch batch)
    {
        while (!done && !process.Dead)
        {
            try
            {
                process.Invocation = new CancellationTokenSource();
                await delivery.DeliverAsync(batch, StageAsync, CancellationToken.None);
                return;
            }
            catch (PartitionHeldException held) when (held.NeedsOperator)
            {
                NoteHold(held);
                return;
            }
            catch (Exception) when (process.Dead || scheduler.Chance(0.7))
            {
                // Retried from memory, or gone.
            }
            catch (Exception)
            {
                return; // Skipped: the checkpoint moves on all the same.
            }
        }
    }

    private async Task SweeperAsync()
    {
        var process = new SimulatedProcess();
        HostileNetwork.Process = process;
        var delivery = NewDelivery();
        while (!done)
        {
            await Task.Yield();
            try
            {
                await delivery.SweepAsync(Partition, StageAsync, CancellationToken.None);
            }
            catch (PartitionHeldException held) when (held.NeedsOperator)
            {
                NoteHold(held);
            }
            catch (Exception)
            {
                if (process.Dead)
                {
                    HostileNetwork.Process = process = new SimulatedProcess();
                    delivery = NewDelivery();
                }
            }
        }
    }

    private void NoteHold(PartitionHeldException held)
    {
        Held = true;
        if (!rolledBack)
        {
            Violations.Add($"held for nothing: {held.Message}");
        }
    }

    private PartitionDelivery NewDelivery() => new(decisions, progress, segments, hub, options, time, NullLogger<PartitionDelivery>.Instance);

    private async Task<StagedRun> StageAsync(DeliveryRun run, CancellationToken cancellationToken)
    {
        var events = run.Events[..scheduler.Random.Next(run.Events.IsEmpty ? 0 : 1, run.Events.Length + 1)].ToArray();
        if (run.Absent is { } gone)
        {
            NoteAbsence(run, gone);
        }

        var last = events.Length > 0 ? events[^1].SequenceNumber : run.Absent!.Value.Last;
        var paths = ImmutableArray.CreateBuilder<string>();

        // Decisions that change between attempts: any event may be routed anywhere.
        foreach (var group in events.GroupBy(e => (Stream: scheduler.Random.Next(3), Hour: SegmentName.HourOf(e.EnqueuedUnixMs))))
        {
            var name = new SegmentName(
                "lake", $"stream-{group.Key.Stream}", group.Key.Hour, Partition.Hub, Partition.Number, run.Row.Epoch, run.First, last,
                (++attempts).ToString("x32", CultureInfo.InvariantCulture));
            await segments.StageAsync(name, [.. group.Select(e => new VisibleRecord(run.Row.Epoch, e.SequenceNumber, IncarnationOf(e)))]);
            paths.Add(name.ToString());
        }

        return new StagedRun(events.Length, paths.ToImmutable(), new ProgressTotals(events.Length, 0, 0, 0));
    }

    private void NoteAbsence(DeliveryRun run, AbsentRange gone)
    {
        for (var sequence = gone.First; sequence <= gone.Last; sequence++)
        {
            absent.Add((hub.IncarnationCreatedAt(run.Row.HubCreated), sequence));
            if (run.Row.HubCreated == hub.CreatedUnixMs && sequence >= hub.Beginning && sequence <= hub.Last)
            {
                Violations.Add($"{sequence} is recorded as absent, but the hub has it");
            }
        }
    }

    private static int IncarnationOf(IncomingEvent e) => int.Parse(e.PartitionKey!, CultureInfo.InvariantCulture);

    private void Judge()
    {
        Violations.AddRange(segments.Violations);
        Violations.AddRange(progress.Violations);

        // The incarnation that wrote an event is its true identity; epochs are what the protocol made of it.
        var records = segments.Visible.Values.SelectMany(r => r).ToList();
        Violations.AddRange(records.GroupBy(r => (r.Index, r.Sequence)).Where(g => g.Count() > 1)
            .Select(g => $"incarnation {g.Key.Index}, event {g.Key.Sequence} is there {g.Count()} times"));
        if (Held || Violations.Count > 0)
        {
            return;
        }

        // A row that was deleted before anything was visible is as good as none: what retention removed meanwhile was never ours.
        var seen = records.Select(r => (r.Index, r.Sequence)).ToHashSet();
        var start = progress.History.First(r => r.HubCreated == hub.CreatedUnixMs).Durable;
        for (var sequence = 0L; sequence <= hub.Last; sequence++)
        {
            var identity = (hub.Incarnation, sequence);
            var mustBeThere = sequence >= hub.Beginning || (sequence > start && !absent.Contains(identity) && !rolledBack);
            if (!seen.Contains(identity) && mustBeThere)
            {
                Violations.Add($"event {sequence} is lost");
            }
        }
    }
}
