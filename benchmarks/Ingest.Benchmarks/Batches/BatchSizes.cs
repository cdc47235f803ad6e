using System.Diagnostics;
using Ingest.Benchmarks.Tables;
using Ingest.Pipeline.Events;

namespace Ingest.Benchmarks.Batches;

/// <summary>Batches of several sizes through the whole pipeline, on four partitions at once.</summary>
internal static class BatchSizes
{
    public const int Partitions = 4;
    public static readonly int[] All = [100, 200, 500, 1000, 2000, 2500, 5000, 10_000];
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

    private const int Rounds = 5;
    private const int WarmUpSize = 2000;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    /// <summary>Longer, because a peak has to be met by a look.</summary>
    private static readonly TimeSpan MemoryRound = TimeSpan.FromMilliseconds(1500);

    /// <summary>Until the code is compiled for good and the limit of concurrent requests has found its place.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    /// <summary>The sizes take turns, so that whatever else the machine does meets all of them; medians of the rounds.</summary>
    public static async Task<BatchCost[]> MeasureAsync(IncomingEvent[] events, bool writesTable)
    {
        StorageServer server = new(Latency);
        await using var stopping = server.ConfigureAwait(false);
        server.Start();
        using WholePipeline pipeline = new(events, Partitions, server.Connection, writesTable);
        await RunAsync(pipeline, WarmUpSize, WarmUp).ConfigureAwait(false);
        var rounds = All.ToDictionary(size => size, _ => new List<BatchCost>());
        for (var i = 0; i < Rounds; i++)
        {
            foreach (var size in All)
            {
                rounds[size].Add(await MeasureAsync(pipeline, server, size).ConfigureAwait(false));
            }
        }

        return [.. All.Select(size => Median(rounds[size]))];
    }

    /// <summary>Each size with a pipeline of its own, whose pools have seen no larger batch.</summary>
    public static async Task<LiveMemory[]> MeasureMemoryAsync(IncomingEvent[] events)
    {
        List<LiveMemory> results = [];
        foreach (var size in All)
        {
            StorageServer server = new(Latency);
            await using var stopping = server.ConfigureAwait(false);
            server.Start();
            var without = LiveBytes();
            using WholePipeline pipeline = new(events, Partitions, server.Connection, writesTable: false);
            var running = RunAsync(pipeline, size, MemoryRound);
            var most = 0L;
            while (!running.IsCompleted)
            {
                most = Math.Max(most, LiveBytes());
                await Task.WhenAny(running, Task.Delay(1)).ConfigureAwait(false);
            }

            await running.ConfigureAwait(false);
            var bodies = (long)Partitions * size * TelemetryEvents.Bytes;
            results.Add(new LiveMemory(size, most - without, (double)(most - without) / bodies));
        }

        return [.. results];
    }

    private static async Task<BatchCost> MeasureAsync(WholePipeline pipeline, StorageServer server, int size)
    {
        GC.Collect();
        var (requests, segments, segmentBytes) = (server.Requests, server.Segments, server.SegmentBytes);
        var (allocated, processor, start) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var batches = await RunAsync(pipeline, size, Round).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var count = (double)batches * Partitions * size;
        return new BatchCost(
            size,
            count / elapsed.TotalSeconds,
            elapsed.TotalMilliseconds / batches,
            (server.Requests - requests) * 1000 / count,
            (Environment.CpuUsage.TotalTime - processor).TotalNanoseconds / count,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / count,
            (double)(server.SegmentBytes - segmentBytes) / (server.Segments - segments));
    }

    /// <returns>Batches of each partition.</returns>
    private static async Task<int> RunAsync(WholePipeline pipeline, int size, TimeSpan atLeast)
    {
        var (start, batches) = (Stopwatch.GetTimestamp(), 0);
        do
        {
            await pipeline.RunAsync(size).ConfigureAwait(false);
            batches++;
        }
        while (Stopwatch.GetElapsedTime(start) < atLeast);
        return batches;
    }

    private static long LiveBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    private static BatchCost Median(List<BatchCost> rounds)
    {
        return new BatchCost(
            rounds[0].Size, Of(r => r.EventsPerSecond), Of(r => r.MillisecondsPerBatch), Of(r => r.OperationsPerThousandEvents),
            Of(r => r.ProcessorNanosecondsPerEvent), Of(r => r.AllocatedBytesPerEvent), Of(r => r.SegmentBytes));

        double Of(Func<BatchCost, double> value) => rounds.Select(value).Order().ElementAt(rounds.Count / 2);
    }
}
