using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Ingest.Benchmarks.Batches;

/// <summary><c>batches [--write DIRECTORY]</c>: what the size of a batch does to throughput, operations and memory; host.json follows from it.</summary>
internal sealed class BatchesCommand(TextWriter output, TextWriter log)
{
    private const string Command = "dotnet run -c Release --project benchmarks/Ingest.Benchmarks -- batches";
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ([] or ["--write", _]))
        {
            await log.WriteLineAsync($"{string.Join(' ', arguments)} cannot be used. Usage: batches [--write DIRECTORY]").ConfigureAwait(false);
            return 2;
        }

        var events = TelemetryEvents.Create(BatchSizes.All[^1]);
        await log.WriteLineAsync("lake …").ConfigureAwait(false);
        var lake = await BatchSizes.MeasureAsync(events, writesTable: false).ConfigureAwait(false);
        await log.WriteLineAsync("lake and table …").ConfigureAwait(false);
        var table = await BatchSizes.MeasureAsync(events, writesTable: true).ConfigureAwait(false);
        await log.WriteLineAsync("memory …").ConfigureAwait(false);
        var memory = await BatchSizes.MeasureMemoryAsync(events).ConfigureAwait(false);

        var report = Report(lake, table, memory);
        await output.WriteAsync(report).ConfigureAwait(false);
        if (arguments is [_, var directory])
        {
            Directory.CreateDirectory(directory);
            await File.WriteAllTextAsync(Path.Combine(directory, "batches.md"), report).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(directory, "batches.json"), JsonSerializer.Serialize(new { lake, table, memory }, Indented) + "\n").ConfigureAwait(false);
        }

        return 0;
    }

    private static string Report(BatchCost[] lake, BatchCost[] table, LiveMemory[] memory)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Batches of several sizes

            Telemetry events of {TelemetryEvents.Bytes} bytes, one stream; the whole pipeline (decode, validate, stage, commit, publish) on {BatchSizes.Partitions} partitions at once,
            one batch after the other on each, against a local server that answers after {BatchSizes.Latency.TotalMilliseconds:0} ms. Medians of rounds in which the sizes took turns.
            Processor time and allocations are those of the process: the server in it and a copy of each event, as the host makes one, are
            part of them. {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores.

            ```
            {Command} --write benchmarks/results
            ```

            ## Into the lake

            | events a batch | events/s | ms a batch | storage operations per 1,000 events | processor time an event | allocated an event | a file |
            |---|---|---|---|---|---|---|

            """);
        foreach (var c in lake)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {c.Size:N0} | {c.EventsPerSecond:N0} | {c.MillisecondsPerBatch:0} | {c.OperationsPerThousandEvents:0.0} | {c.ProcessorNanosecondsPerEvent:N0} ns | {c.AllocatedBytesPerEvent:N0} B | {c.SegmentBytes / 1000:N0} kB, {c.SegmentBytes / c.Size:0} B a row |\n");
        }

        text.Append("""

            ## Into the lake and a table

            Four partition keys; up to 100 rows a transaction.

            | events a batch | events/s | ms a batch | storage operations per 1,000 events | processor time an event | allocated an event |
            |---|---|---|---|---|---|

            """);
        foreach (var c in table)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {c.Size:N0} | {c.EventsPerSecond:N0} | {c.MillisecondsPerBatch:0} | {c.OperationsPerThousandEvents:0.0} | {c.ProcessorNanosecondsPerEvent:N0} ns | {c.AllocatedBytesPerEvent:N0} B |\n");
        }

        text.Append("""

            ## Memory

            The most that was reachable at a time (after a full collection), beyond what there is without a pipeline: the batches' events,
            columns, files and pools; what the host holds comes to it.

            | events a batch | live | times the bodies of the batches |
            |---|---|---|

            """);
        foreach (var m in memory)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {m.Size:N0} | {m.LiveBytes / 1e6:0.0} MB | {m.Share:0.0} |\n");
        }

        return text.ToString();
    }
}
