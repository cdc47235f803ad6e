using System.Globalization;

namespace Ingest.Benchmarks.Tables;

/// <summary>Tables and the whole pipeline against what one would write without this project.</summary>
internal static class StorageComparisons
{
    private const int Partitions = 4;
    private const int BatchEvents = 2000;
    /// <summary>Of the contenders; many more than the SDK's own 50, and more than ours.</summary>
    private const int Connections = 1000;

    /// <summary>Until the code is compiled for good and the limit of concurrent requests has found its place, as in an app that runs.</summary>
    private const int WarmUpRuns = 240;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

    public static async Task<(double Value, string Detail)> TableVsSdkAsync()
    {
        const int Rows = 10_000;
        var events = TelemetryEvents.Create(Rows);
        using SdkTables sdk = new(events);
        using SinkTables sink = new(events);
        var ratio = await SideBySide.CompareAsync(sdk.WriteAsync, sink.WriteAsync, 15, 31, 2).ConfigureAwait(false);
        var (sdkBytes, sinkBytes) = (await AllocatedAsync(sdk.WriteAsync, Rows).ConfigureAwait(false), await AllocatedAsync(sink.WriteAsync, Rows).ConfigureAwait(false));
        return (ratio.Elapsed, string.Create(
            CultureInfo.InvariantCulture,
            $"elapsed time, transactions of 100 to an in-process transport that answers at once: Azure.Data.Tables from objects {ratio.First.Elapsed * 1e9 / Rows:0} ns and {sdkBytes:0} B an entity of 19 properties, the sink from columns (keys and limits checked, throttled, retried) {ratio.Second.Elapsed * 1e9 / Rows:0} ns and {sinkBytes:0} B; by processor time {ratio.Processor:0.00}"));
    }

    public static async Task<(double Value, string Detail)> PipelineVsWhenAllAsync()
    {
        var events = TelemetryEvents.Create(BatchEvents);
        StorageServer server = new(Latency);
        await using var stopping = server.ConfigureAwait(false);
        server.Start();
        using WholePipeline ours = new(events, Partitions, server.Connection);
        using SingleWrites wide = new(events, Partitions, server.Connection, Connections);
        using SingleWrites narrow = new(events, Partitions, server.Connection, null);
        await RunAsync(ours, WarmUpRuns).ConfigureAwait(false);
        var ratio = await SideBySide.CompareAsync(wide.RunAllAtOnceAsync, ours.RunAsync, 3, 9, 2).ConfigureAwait(false);
        var defaults = await SideBySide.CompareAsync(narrow.RunAllAtOnceAsync, ours.RunAsync, 0, 1, 1).ConfigureAwait(false);
        return (ratio.Elapsed, string.Create(
            CultureInfo.InvariantCulture,
            $"elapsed time, batches of {BatchEvents} on {Partitions} partitions at once, a local server that answers after {Latency.TotalMilliseconds:0} ms: Deserialize and Task.WhenAll over single upserts and blobs with {Connections} connections {RateOf(ratio.First)} events/s, the pipeline {RateOf(ratio.Second)} events/s; against the SDK's own 50 connections {defaults.Elapsed:0.0}"));
    }

    public static async Task<(double Value, string Detail)> PipelineVsQuickstartAsync()
    {
        const int Sample = 30;
        const int Runs = 10;
        var events = TelemetryEvents.Create(BatchEvents);
        StorageServer server = new(Latency);
        await using var stopping = server.ConfigureAwait(false);
        server.Start();
        using WholePipeline ours = new(events, Partitions, server.Connection);
        using SingleWrites single = new(events, Partitions, server.Connection, Connections);
        await RunAsync(ours, WarmUpRuns).ConfigureAwait(false);
        var ratio = await SideBySide.CompareAsync(() => single.RunOneByOneAsync(Sample), () => RunAsync(ours, Runs), 1, 7, 1).ConfigureAwait(false);
        return (ratio.Elapsed * Runs * BatchEvents / Sample, string.Create(
            CultureInfo.InvariantCulture,
            $"elapsed time, {Partitions} partitions at once, a local server that answers after {Latency.TotalMilliseconds:0} ms: one awaited upsert and one awaited blob an event {Partitions * Sample / ratio.First.Elapsed:0} events/s, measured over {Sample} events a partition and extrapolated to as many as the pipeline's; the pipeline {Runs * Partitions * BatchEvents / ratio.Second.Elapsed:N0} events/s, in {Runs} batches of {BatchEvents} each"));
    }

    private static async Task RunAsync(WholePipeline ours, int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            await ours.RunAsync().ConfigureAwait(false);
        }
    }

    private static string RateOf(Cost cost) => string.Create(CultureInfo.InvariantCulture, $"{Partitions * BatchEvents / cost.Elapsed:N0}");

    private static async Task<double> AllocatedAsync(Func<Task> action, int rows)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await action().ConfigureAwait(false);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)rows;
    }
}
