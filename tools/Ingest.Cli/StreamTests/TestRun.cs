using Ingest.Cli.Offline;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.StreamTests;

/// <summary>Runs the tests that lie next to a streams file; the catalog is compiled once for all of them.</summary>
public sealed class TestRun(string streamsFile, IReadOnlyList<IEnricherFactory> factories, TimeProvider clock)
{
    /// <summary>The folder of the tests: <c>streams.json</c> → <c>streams.tests</c>.</summary>
    public string Folder { get; } = Path.ChangeExtension(streamsFile, ".tests");

    /// <exception cref="CommandException">The streams file or a test file has mistakes, or there are no tests.</exception>
    public async Task<TestReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var catalog = StreamsFile.Load(streamsFile);
        var files = Read([.. catalog.Lookups.Select(l => l.Name)]);
        using var pipeline = new OfflinePipeline(catalog, new DecodingOptions(), factories, clock);
        var casesStarted = clock.GetTimestamp();
        var failures = new List<FailedCase>();
        foreach (var file in files)
        {
            await using var shared = pipeline.OpenEnrichers(new InlineLookups(file.Lookups), file.Settings);
            foreach (var test in file.Cases)
            {
                if (await DifferencesAsync(pipeline, file, test, shared, cancellationToken).ConfigureAwait(false) is { Count: > 0 } differences)
                {
                    failures.Add(new FailedCase(file.Path, test.Line, test.Name, differences));
                }
            }
        }

        var cases = files.Sum(f => f.Cases.Count);
        return new TestReport(
            files.Count, cases, cases - failures.Count, failures.Count, Math.Round(clock.GetElapsedTime(started).TotalSeconds, 3),
            (long)(cases / Math.Max(clock.GetElapsedTime(casesStarted).TotalSeconds, 1e-6)), failures);
    }

    private static async Task<IReadOnlyList<Difference>> DifferencesAsync(
        OfflinePipeline pipeline, TestFile file, TestCase test, OfflineEnrichers shared, CancellationToken cancellationToken)
    {
        if (test.Lookups is null)
        {
            return CaseComparison.Compare(test.Expect, await pipeline.RunAsync(test.Input, shared, cancellationToken).ConfigureAwait(false));
        }

        await using var own = pipeline.OpenEnrichers(new InlineLookups(test.Lookups), file.Settings);
        return CaseComparison.Compare(test.Expect, await pipeline.RunAsync(test.Input, own, cancellationToken).ConfigureAwait(false));
    }

    private List<TestFile> Read(IReadOnlyCollection<string> lookups)
    {
        string[] paths = Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.json") : [];
        if (paths.Length == 0)
        {
            throw new CommandException(ExitCode.Usage, $"There are no tests: put files such as {Path.Combine(Folder, "telemetry.json")} next to {streamsFile}.");
        }

        var errors = new List<ConfigurationError>();
        var files = paths.Order(StringComparer.Ordinal)
            .Select(path => TestFileParser.Parse(path, File.ReadAllBytes(path), lookups, errors))
            .OfType<TestFile>()
            .ToList();
        return errors.Count == 0 ? files : throw new CommandException(ExitCode.Usage, StreamsFile.Join(errors.OrderBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line)));
    }
}

/// <summary>The result of <c>ingest test --json</c>.</summary>
/// <param name="Seconds">All of it, compiling the streams included.</param>
/// <param name="CasesPerSecond">Without reading and compiling.</param>
public sealed record TestReport(int Files, int Cases, int Passed, int Failed, double Seconds, long CasesPerSecond, IReadOnlyList<FailedCase> Failures);

/// <param name="Line">Where the case begins in its file, from 1.</param>
public sealed record FailedCase(string File, int Line, string Name, IReadOnlyList<Difference> Differences);
