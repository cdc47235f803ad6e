using System.Text.Encodings.Web;
using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Cli.Offline;
using Ingest.Cli.StreamTests;
using Ingest.Cli.Terminal;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Check;

/// <param name="Stream">Name of the stream, whatever its conditions say.</param>
/// <param name="LookupsFile">JSON, lookup → key → properties; null: columns of lookups are left out.</param>
/// <param name="EnrichersFile">Assembly of enrichers written in C#; null: their columns are left out.</param>
/// <param name="Format">How the files pack their records; null: as the stream's events do, and for JSON by the file's name and beginning.</param>
public sealed record RecordsCheckOptions(
    string StreamsFile, string Stream, IReadOnlyList<string> Files, string? LookupsFile, string? EnrichersFile, PayloadFormat? Format, DateTimeOffset Enqueued);

/// <summary>The result of <c>ingest check --stream NAME FILE… --json</c>.</summary>
/// <param name="Faults">Refused records by fault code.</param>
public sealed record RecordsReport(string Stream, int Files, long Records, long Rows, SortedDictionary<string, long> Faults);

/// <summary><c>ingest check --stream NAME FILE…</c>: files of records through one stream, rows and faults to the terminal.</summary>
public sealed class RecordsCheck(RecordsCheckOptions options, Output output, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The exit code.</returns>
    /// <exception cref="CommandException">The streams file or the lookups have mistakes, or a file cannot be read.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var catalog = StreamsFile.Load(options.StreamsFile);
        var names = catalog.Streams.Select(s => s.Name).ToArray();
        var stream = catalog.Streams.FirstOrDefault(s => s.Name == options.Stream) ?? throw new CommandException(
            ExitCode.Usage, $"There is no stream \"{options.Stream}\".{Hint(Spelling.Suggest(options.Stream, names), names)}");
        using var pipeline = new OfflinePipeline(catalog, RecordFile.Limits, EnricherAssembly.Load(options.EnrichersFile), clock);
        await using var enrichers = pipeline.OpenEnrichers(options.LookupsFile is { } path ? ReadLookups(path, catalog) : null, new Dictionary<string, string>());

        // Past the console, which would wrap: a row is one line, for jq and grep.
        var lines = output.Console.Profile.Out.Writer;
        var (rows, faults) = (0L, new SortedDictionary<string, long>(StringComparer.Ordinal));
        var format = options.Format ?? (stream.Payload.IsPlainJson ? null : stream.Format);
        foreach (var file in options.Files.Select(f => RecordFile.Read(f, format, options.Enqueued)))
        {
            var outcome = await pipeline.RunAsync(file.Event, stream, file.Format, enrichers, cancellationToken).ConfigureAwait(false);
            rows += outcome.Rows.Count;
            foreach (var row in outcome.Rows)
            {
                await lines.WriteLineAsync(JsonSerializer.Serialize(row.Values, Readable)).ConfigureAwait(false);
            }

            foreach (var fault in outcome.Faults)
            {
                var code = fault.Fault.Code.ToText();
                faults[code] = faults.GetValueOrDefault(code) + 1;
                await lines.WriteLineAsync($"{file.Path}[{fault.Index}]: {fault}").ConfigureAwait(false);
            }
        }

        var report = new RecordsReport(stream.Name, options.Files.Count, rows + faults.Values.Sum(), rows, faults);
        CheckView.Records(output.Console, report, unknown: [.. enrichers.UnknownColumns(stream)]);
        output.WriteResult(report);
        return faults.Count == 0 ? ExitCode.Fine : ExitCode.No;
    }

    private static string Hint(string nearest, string[] names) => nearest.Length > 0 ? nearest : $" Streams: {string.Join(", ", names)}.";

    private static InlineLookups ReadLookups(string path, StreamCatalog catalog)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be read: {e.Message}", e);
        }

        var errors = new List<ConfigurationError>();
        var rows = LocatedJson.Parse(path, bytes, errors) is { } root
            ? new LookupRowsParser(new TestReader(path, errors), [.. catalog.Lookups.Select(l => l.Name)]).Parse(root)
            : [];
        return errors.Count == 0 ? new InlineLookups(rows) : throw new CommandException(ExitCode.Usage, StreamsFile.Join(errors));
    }
}
