using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Ingest.Benchmarks.Tables;
using Ingest.Pipeline.Events;

namespace Ingest.Benchmarks;

/// <summary><c>compare --json [--only KEY] [--write DIRECTORY]</c>: the ratios that the README may claim.</summary>
internal sealed class CompareCommand(TextWriter output, TextWriter log)
{
    private const int EventCount = 10_000;
    private const string Command = "dotnet run -c Release --project benchmarks/Ingest.Benchmarks -- compare --json";
    private static readonly string[] Keys =
    [
        "readerVsScan", "readerVsScanMixed", "parquetVsNaive", "tableVsSdk", "pipelineVsWhenAll20ms", "pipelineVsQuickstart20ms",
        "allocatedPerEvent", "schemaVsNJsonSchema",
    ];

    public async Task<int> RunAsync(string[] arguments)
    {
        if (!TryParse(arguments, out var only, out var directory, out var problem))
        {
            await log.WriteLineAsync($"{problem} Usage: compare --json [--only {string.Join('|', Keys)}] [--write DIRECTORY]").ConfigureAwait(false);
            return 2;
        }

        Dictionary<string, double> results = [];
        StringBuilder details = new();
        var events = TelemetryEvents.Create(EventCount);
        foreach (var key in Keys.Where(k => only is null || k == only))
        {
            await log.WriteLineAsync($"{key} …").ConfigureAwait(false);
            var (value, detail) = await MeasureAsync(key, events).ConfigureAwait(false);
            results[key] = Math.Round(value, 2);
            details.Append(CultureInfo.InvariantCulture, $"| `{key}` | {value:0.00} | {detail} |\n");
            await log.WriteLineAsync($"{key} {value:0.00}: {detail}").ConfigureAwait(false);
        }

        var json = JsonSerializer.Serialize(results);
        if (directory is not null)
        {
            Directory.CreateDirectory(directory);
            await File.WriteAllTextAsync(Path.Combine(directory, "compare.json"), json + "\n").ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(directory, "compare.md"), Report(details)).ConfigureAwait(false);
        }

        await output.WriteLineAsync(json).ConfigureAwait(false);
        return 0;
    }

    private static async Task<(double Value, string Detail)> MeasureAsync(string key, IncomingEvent[] events)
    {
        using var ours = new Ours(events);
        switch (key)
        {
            case "readerVsScanMixed":
                var mixed = TelemetryEvents.CreateMixed(events.Length);
                using (var mixedReader = new Ours(mixed))
                {
                    return await MeasureReaderAsync(mixedReader, mixed).ConfigureAwait(false);
                }

            case "readerVsScan":
                return await MeasureReaderAsync(ours, events).ConfigureAwait(false);
            case "parquetVsNaive":
                return await MeasureParquetAsync(ours, events).ConfigureAwait(false);
            case "schemaVsNJsonSchema":
                return await MeasureValidationAsync(events).ConfigureAwait(false);
            case "tableVsSdk":
                return await StorageComparisons.TableVsSdkAsync().ConfigureAwait(false);
            case "pipelineVsWhenAll20ms":
                return await StorageComparisons.PipelineVsWhenAllAsync().ConfigureAwait(false);
            case "pipelineVsQuickstart20ms":
                return await StorageComparisons.PipelineVsQuickstartAsync().ConfigureAwait(false);
            default:
                var reader = Allocated(() => ours.Read(), events.Length);
                var all = Allocated(() => ours.ReadAndWrite(), events.Length);
                return (all, string.Create(CultureInfo.InvariantCulture, $"bytes, JSON to Parquet in files of {events.Length} rows; of these {reader:0.00} for JSON to columns"));
        }
    }

    private static async Task<(double Value, string Detail)> MeasureReaderAsync(Ours ours, IncomingEvent[] events)
    {
        var scan = new BareScan(events);
        var ratio = await SideBySide.CompareAsync(Synchronous(() => scan.Run()), Synchronous(() => ours.Read()), 150, 201, 1).ConfigureAwait(false);
        return (ratio.Processor, $"processor time: bare Utf8JsonReader scan {PerEvent(ratio.First.Processor)}, validating reader into columns {PerEvent(ratio.Second.Processor)}");
    }

    private static async Task<(double Value, string Detail)> MeasureParquetAsync(Ours ours, IncomingEvent[] events)
    {
        var naive = new Naive(events, fromBytes: false);
        var ratio = await SideBySide.CompareAsync(naive.ReadAndWriteAsync, Synchronous(() => ours.ReadAndWrite()), 10, 21, 5).ConfigureAwait(false);
        var bytes = await SideBySide.CompareAsync(new Naive(events, fromBytes: true).ReadAndWriteAsync, Synchronous(() => ours.ReadAndWrite()), 10, 21, 5).ConfigureAwait(false);
        var naiveRow = (double)await naive.ReadAndWriteAsync().ConfigureAwait(false) / events.Length;
        var ourRow = (double)ours.ReadAndWrite() / events.Length;
        return (ratio.Elapsed, string.Create(
            CultureInfo.InvariantCulture,
            $"elapsed time: GetString + Deserialize + Parquet.Net (defaults) {PerEvent(ratio.First.Elapsed)} and {naiveRow:0.0} B/row, ours (zstd, 9 more columns, validated) {PerEvent(ratio.Second.Elapsed)} and {ourRow:0.0} B/row; by processor time {ratio.Processor:0.00}; against Deserialize of bytes, without GetString, {bytes.Elapsed:0.00} elapsed and {bytes.Processor:0.00} by processor time"));
    }

    private static async Task<(double Value, string Detail)> MeasureValidationAsync(IncomingEvent[] events)
    {
        var ours = new OurValidation(events);
        var other = await NJsonSchemaValidation.CreateAsync(events).ConfigureAwait(false);
        var ratio = await SideBySide.CompareAsync(Synchronous(() => other.Run()), Synchronous(() => ours.Run()), 20, 41, 1).ConfigureAwait(false);
        return (ratio.Processor, string.Create(
            CultureInfo.InvariantCulture,
            $"processor time, validation only: NJsonSchema on strings {PerEvent(ratio.First.Processor)}, IsValid on bytes {PerEvent(ratio.Second.Processor)}; {Allocated(() => ours.Run(), events.Length):0.00} bytes allocated an event by ours"));
    }

    /// <summary>Bytes an event once the buffers have grown.</summary>
    private static double Allocated(Action action, int events)
    {
        const int Rounds = 20;
        for (var i = 0; i < 5; i++)
        {
            action();
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Rounds; i++)
        {
            action();
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / ((double)Rounds * events);
    }

    private static Func<Task> Synchronous(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private static string PerEvent(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e9 / EventCount:0} ns/event");

    private static string Report(StringBuilder details) => $"""
        # Side by side

        Telemetry events of {TelemetryEvents.Bytes} bytes and 14 fields, {EventCount} a batch; both sides in one process in turns, median of the
        rounds' ratios; each side pays its own garbage collections. {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores.

        ```
        {Command} --write benchmarks/results
        ```

        | key | value | how |
        |---|---|---|
        {details}
        """;

    private static bool TryParse(string[] arguments, out string? only, out string? directory, out string problem)
    {
        (only, directory, problem) = (null, null, "");
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--json":
                    break;
                case "--only" when i + 1 < arguments.Length && Keys.Contains(arguments[i + 1], StringComparer.Ordinal):
                    only = arguments[++i];
                    break;
                case "--write" when i + 1 < arguments.Length:
                    directory = arguments[++i];
                    break;
                default:
                    problem = $"{arguments[i]} cannot be used.";
                    return false;
            }
        }

        return true;
    }
}
