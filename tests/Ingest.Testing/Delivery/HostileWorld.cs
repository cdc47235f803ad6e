using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Testing.Delivery;

/// <summary>
/// One partition under everything that can happen to it at once: writers that crash, are cancelled, stolen from, retried or
/// skipped by the host; late requests; retention; a hub that is deleted and created again; a row that is deleted or rolled
/// back; staged blocks that expire, and segments that are compacted away; ranges that an operator skips; a sweeper that races
/// the owners; routing decisions, batch edges and cuts that change between attempts. It runs the production
/// code of the delivery protocol, one continuation at a time, in an order that the seed decides.
/// </summary>
public sealed class HostileWorld
{
    private const int MaxWriters = 3;
    private const int HostileSteps = 400;
    private const int MaxSteps = 20_000;

    private readonly HostileRules rules;
    private readonly SeededScheduler scheduler;
    private readonly HostileNetwork network;
    private readonly InMemoryProgressStore progress;
    private readonly InMemorySegmentStore segments;
    private readonly InMemoryHubLog hub;
    private readonly HostileStaging staging;
    private readonly HostileTables tables;
    private readonly FakeTimeProvider time;
    private readonly DeliveryOptions options = new() { RepairBatchSize = 5, SkippedBatchSize = 2, RepairReads = 2, HubCheckInterval = TimeSpan.Zero };
    private readonly List<SimulatedProcess> writers = [];
    private readonly Dictionary<(int Incarnation, long Sequence), IncomingEvent> everything = [];
    private readonly int total;
    private readonly bool mayRollBack;
    private readonly double rebirth;
    private SimulatedProcess sweeper = new();
    private long checkpoint = -1;
    private bool rolledBack;
    private bool done;
    private int steps;

    public HostileWorld(int seed, HostileRules rules)
    {
        this.rules = rules;
        scheduler = new SeededScheduler(seed);
        network = new HostileNetwork(scheduler);
        progress = new InMemoryProgressStore(network) { MaxPending = HostileRules.SegmentCap + 1 };
        segments = new InMemorySegmentStore(network, progress);
        hub = new InMemoryHubLog(network) { NextStepMs = () => scheduler.Random.Next(5) switch { 0 => 0, 1 => 1_800_000, var tens => tens * 10_000 } };
        tables = new HostileTables(network, rules);
        staging = new HostileStaging(scheduler, rules, segments, hub, tables, Violations);
        time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(hub.CreatedUnixMs));
        total = scheduler.Random.Next(4, 24);
        mayRollBack = scheduler.Chance(0.2);
        rebirth = scheduler.Random.Next(3) switch { 0 => 0.002, 1 => 0.006, _ => 0.03 };
        progress.IsStaged = segments.IsStaged;
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
        Append(scheduler.Random.Next(0, 7));
        var sweeping = SweeperAsync();
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
                hub.EmptyReads = 0;
            }
        }

        writers.ForEach(w => w.Dead = true);
        done = true;
        await Task.WhenAll([.. running, sweeping]);
        foreach (var late in staging.Late)
        {
            await late.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private int Disturb(long sent)
    {
        var added = 0;
        if (sent < total && scheduler.Chance(0.05))
        {
            Append(1);
            added = 1;
        }

        if (scheduler.Chance(0.01) && hub.Beginning <= hub.Last)
        {
            hub.TrimTo(Math.Min(hub.Beginning + scheduler.Random.Next(1, 4), hub.Last + 1));
        }

        if (scheduler.Chance(rebirth) && hub.Incarnation < 3)
        {
            hub.Recreate();
            checkpoint = scheduler.Chance(0.5) ? checkpoint : -1;
            Append(scheduler.Random.Next(0, 6));
        }

        if (writers.Count > 0 && scheduler.Chance(0.02))
        {
            writers[scheduler.Random.Next(writers.Count)].Dead = true;
        }

        if (scheduler.Chance(0.1))
        {
            hub.EmptyReads = scheduler.Random.Next(0, 3);
        }

        if (scheduler.Chance(0.1))
        {
            network.LandOne();
        }

        if (progress[Partition] is { Pending.IsEmpty: false } committed && scheduler.Chance(0.006))
        {
            // A week passes. Somebody may have been about to publish.
            segments.ExpireStaged(path => !committed.Pending.Contains(path) || scheduler.Chance(0.6));
        }

        CompactOne();
        SkipSome();
        if (mayRollBack && !rolledBack && progress[Partition] is not null && scheduler.Chance(0.01))
        {
            RollBack();
        }

        time.Advance(TimeSpan.FromMilliseconds(scheduler.Random.Next(0, 4000)));
        return added;
    }

    private void Append(int count)
    {
        hub.Append(count);
        foreach (ref readonly var e in count == 0 ? [] : hub.Batch(Partition, hub.Last - count + 1, hub.Last).Events.Span)
        {
            everything[(hub.Incarnation, e.SequenceNumber)] = e;
        }
    }

    private void CompactOne()
    {
        // Compaction works on what is older than a day, and no rollback reaches back so far.
        var mature = mayRollBack || !scheduler.Chance(0.03) ? []
            : segments.Visible.Keys.Where(path => rules.MayCompact(SegmentName.TryParse(path)!, progress[Partition])).Order(StringComparer.Ordinal).ToList();
        if (mature.Count > 0)
        {
            segments.Compact(mature[scheduler.Random.Next(mature.Count)]);
        }
    }

    /// <summary>An operator makes a held partition go on behind a few events, and leaves those to the sweeper.</summary>
    private void SkipSome()
    {
        // Like any writer, the command refuses a row that the lake is ahead of.
        if (!rolledBack && progress[Partition] is { Pending.IsEmpty: true } row && row.HubCreated == hub.CreatedUnixMs && row.Durable < hub.Last && scheduler.Chance(0.01)
            && everything.TryGetValue((hub.Incarnation, Math.Min(hub.Last, row.Durable + scheduler.Random.Next(1, 4))), out var last))
        {
            progress.Replace(Partition, ProgressCommands.Skip(row, last.SequenceNumber, last.EnqueuedUnixMs));
        }
    }

    private void RollBack()
    {
        rolledBack = true;
        writers.ForEach(w => w.Dead = true);
        sweeper.Dead = true;
        network.LoseLate();
        var history = progress.History;
        progress.Overwrite(Partition, scheduler.Chance(0.3) ? null : history[scheduler.Random.Next(history.Count)]);
    }

    private bool IsSettled() =>
        progress[Partition] is { Pending.IsEmpty: true, Skipped.IsEmpty: true } row && row.HubCreated == hub.CreatedUnixMs && row.Durable >= hub.Last;

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
                await delivery.DeliverAsync(batch, staging.StageAsync, CancellationToken.None);
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
        HostileNetwork.Process = sweeper;
        var delivery = NewDelivery();
        while (!done)
        {
            await Task.Yield();
            try
            {
                await delivery.SweepAsync(Partition, staging.StageAsync, CancellationToken.None);
            }
            catch (PartitionHeldException held) when (held.NeedsOperator)
            {
                NoteHold(held);
            }
            catch (Exception)
            {
                if (sweeper.Dead)
                {
                    HostileNetwork.Process = sweeper = new SimulatedProcess();
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

    private PartitionDelivery NewDelivery() => new(rules.Decisions, progress, segments, hub, options, time, NullLogger<PartitionDelivery>.Instance);

    private void Judge()
    {
        Violations.AddRange(segments.Violations);
        Violations.AddRange(progress.Violations);
        Violations.AddRange(tables.Violations);

        // The incarnation that wrote an event is its true identity; epochs are what the protocol made of it.
        var records = segments.AtRest.SelectMany(pair => pair.Value).ToList();
        Violations.AddRange(records.GroupBy(r => (r.Incarnation, r.Sequence, r.Index)).Where(g => g.Count() > 1)
            .Select(g => $"incarnation {g.Key.Incarnation}, event {g.Key.Sequence}, record {g.Key.Index} is there {g.Count()} times"));
        if (Held || Violations.Count > 0)
        {
            return;
        }

        JudgeLosses(records.Select(r => (r.Incarnation, r.Sequence, r.Index)).ToHashSet());
        tables.Judge(staging.TableRowsAtRest(r => everything[(r.Incarnation, r.Sequence)]));
        Violations.AddRange(tables.Violations);
    }

    private void JudgeLosses(HashSet<(int Incarnation, long Sequence, int Index)> seen)
    {
        // A row that was deleted before anything was visible is as good as none: what retention removed meanwhile was never ours.
        var row = progress[Partition]!;
        var start = progress.History.First(r => r.HubCreated == hub.CreatedUnixMs).Durable;
        var absent = segments.Absent.Where(gone => gone.Epoch == row.Epoch).Select(gone => gone.Range).ToList();
        for (var sequence = 0L; sequence <= hub.Last; sequence++)
        {
            var isAbsent = absent.Any(range => range.First <= sequence && sequence <= range.Last);
            var lacking = Enumerable.Range(0, staging.RecordsOf(hub.Incarnation, sequence)).Where(index => !seen.Contains((hub.Incarnation, sequence, index))).ToList();

            // An event of which the hub has nothing and the lake a part is not recorded as absent: nobody knows that there was more.
            var isPart = segments.Expired.Any(r => r.Incarnation == hub.Incarnation && r.Sequence == sequence && lacking.Contains(r.Index));
            if (lacking.Count > 0 && (sequence >= hub.Beginning || (sequence > start && !isAbsent && !isPart && !rolledBack)))
            {
                Violations.Add($"event {sequence} is lost");
            }
        }
    }
}
