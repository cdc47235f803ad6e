using System.Collections.Immutable;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingest.Testing.Delivery;

/// <summary>One partition, its hub and its storage, with a fault plan around every call that leaves the process.</summary>
public sealed class DeliveryWorld
{
    private int attempts;

    public DeliveryWorld()
    {
        Progress = new InMemoryProgressStore(Faults);
        Segments = new InMemorySegmentStore(Faults, Progress);
        Hub = new InMemoryHubLog(Faults);
        Process = NewProcess();
    }

    public static PartitionId Partition { get; } = new("test.servicebus.windows.net", "telemetry", 3);

    public FaultPlan Faults { get; } = new();

    public InMemoryProgressStore Progress { get; }

    public InMemorySegmentStore Segments { get; }

    public InMemoryHubLog Hub { get; }

    public DeliveryOptions Options { get; } = new();

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public ILogger<PartitionDelivery> Log { get; set; } = NullLogger<PartitionDelivery>.Instance;

    public PartitionDelivery Process { get; private set; }

    public PartitionProgress Row => Progress[Partition] ?? throw new InvalidOperationException("There is no progress row.");

    /// <summary>Another instance of the function app, with nothing in memory.</summary>
    public PartitionDelivery NewProcess() =>
        new(new DeliveryDecisions(), Progress, Segments, Hub, Options, Time, Log);

    public void Restart() => Process = NewProcess();

    public Task<BatchReceipt> DeliverAsync(long first, long last) =>
        Process.DeliverAsync(Hub.Batch(Partition, first, last), StageAsync, Faults.Invocation.Token);

    /// <summary>Two streams and an hour a folder, as the pipeline stages; every record is its event.</summary>
    public async Task<StagedRun> StageAsync(DeliveryRun run, CancellationToken cancellationToken)
    {
        var events = run.Events.ToArray();
        var last = run.LastOf(events.Length);
        var groups = events.Where(e => !run.Held.Contains(new RecordPlace(e.SequenceNumber, 0))).GroupBy(e => (Stream: e.SequenceNumber % 3 == 0 ? "a" : "b", Hour: SegmentName.HourOf(e.EnqueuedUnixMs))).ToList();
        var paths = ImmutableArray.CreateBuilder<string>();
        foreach (var group in groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = new SegmentName(
                "lake", group.Key.Stream, group.Key.Hour, run.Partition.Hub, run.Partition.Number, run.Row.Epoch, run.First, last, $"{Interlocked.Increment(ref attempts):x32}");
            await Segments.StageAsync(name, [.. group.Select(e => new VisibleRecord(run.Row.Epoch, e.SequenceNumber, 0))]);
            paths.Add(name.ToString());
        }

        if (!run.Absent.IsEmpty)
        {
            var name = new SegmentName(
                "quarantine", "", SegmentName.HourOf(Hub.LastEnqueuedUnixMs), run.Partition.Hub, run.Partition.Number, run.Row.Epoch, run.First, last,
                $"{Interlocked.Increment(ref attempts):x32}");
            await Segments.StageAsync(name, [], run.Absent);
            paths.Add(name.ToString());
        }

        return new StagedRun(events.Length, paths.ToImmutable(), new ProgressTotals(events.Length, 0, 0, 0));
    }

    /// <inheritdoc cref="DeliveryAudit.Problems"/>
    public IReadOnlyList<string> Audit(long last, long first = 0) => DeliveryAudit.Problems(Segments, Row, first, last);
}
