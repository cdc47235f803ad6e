using System.CommandLine;
using Ingest.Cli.Offline;
using Ingest.Cli.StreamTests;
using Ingest.Cli.Terminal;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Check;

/// <summary><c>ingest check</c>: the streams file, records against a stream, or one version of the streams against another.</summary>
public static class CheckCommand
{
    public static Command Create(Option<bool> json, Func<bool, Output> output, TimeProvider clock)
    {
        var streams = new Option<string?>("--streams") { Description = "The streams file; default: the nearest streams.json, from the current folder upwards." };
        var stream = new Option<string?>("--stream") { Description = "Run the files of records through this stream and print rows and faults." };
        var against = new Option<string?>("--against") { Description = "An older streams.json, with its schemas beside it: tell compatible from breaking changes." };
        var lookups = new Option<string?>("--lookups") { Description = "With --stream: a JSON file, lookup → key → properties, in place of the lookup tables." };
        var enrichers = new Option<string?>("--enrichers") { Description = "With --stream: an assembly with enrichers written in C#." };
        var enqueued = new Option<string?>("--enqueued") { Description = "With --stream: when the hub would have accepted the records (RFC 3339); default: now." };
        var format = new Option<string?>("--format") { Description = "With --stream: how the files are packed, such as ndjson; default: as the stream's events are, and for JSON by the file's name and beginning." };
        var files = new Argument<string[]>("FILE") { Description = "With --stream: files of records, also .gz, .br or .zst.", Arity = ArgumentArity.ZeroOrMore };
        format.AcceptOnlyFromAmong([.. PayloadFormats.ByName.Where(f => f.Value != PayloadFormat.Auto).Select(f => f.Key)]);
        enqueued.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Rfc3339Text.TryParse(token.Value, out _))
            {
                result.AddError($"--enqueued must be a time such as 2026-01-01T00:00:00Z, not {token.Value}.");
            }
        });
        var command = new Command("check", "Check streams.json and its schemas, records against a stream, or a change of the streams. Works offline, changes nothing.")
        {
            streams, stream, against, lookups, enrichers, enqueued, format, files, json,
        };
        command.Validators.Add(result =>
        {
            var isRecords = result.GetResult(stream) is not null;
            if (isRecords && result.GetResult(against) is not null)
            {
                result.AddError("--stream and --against are two different questions; ask one.");
            }
            else if (isRecords && result.GetResult(files) is not { Tokens.Count: > 0 })
            {
                result.AddError("--stream needs at least one FILE of records.");
            }
            else if (!isRecords && (result.GetResult(files) is { Tokens.Count: > 0 } || new Option[] { lookups, enrichers, enqueued, format }.Any(o => result.GetResult(o) is not null)))
            {
                result.AddError("Files of records, --lookups, --enrichers, --enqueued and --format need --stream NAME.");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var console = output(parsed.GetValue(json));
            var file = StreamsFile.Find(parsed.GetValue(streams), Environment.CurrentDirectory);
            if (parsed.GetValue(stream) is { } name)
            {
                var time = parsed.GetValue(enqueued) is { } text && Rfc3339Text.TryParse(text, out var given) ? given : clock.GetUtcNow();
                var packing = parsed.GetValue(format) is { } spelt ? PayloadFormats.ByName[spelt] : (PayloadFormat?)null;
                var options = new RecordsCheckOptions(file, name, parsed.GetValue(files) ?? [], parsed.GetValue(lookups), parsed.GetValue(enrichers), packing, time);
                return new RecordsCheck(options, console, clock).RunAsync(cancellationToken);
            }

            return Task.FromResult(parsed.GetValue(against) is { } old ? Compare(console, old, file) : Check(console, file));
        });
        return command;
    }

    private static int Check(Output output, string file)
    {
        try
        {
            var report = StreamsReport.Of(StreamCatalog.Load(file));
            CheckView.Streams(output.Console, file, report);
            output.WriteResult(report);
            return ExitCode.Fine;
        }
        catch (StreamConfigurationException e)
        {
            var errors = StreamsFile.Located(file, e.Errors);
            CheckView.Mistakes(output.Console, errors);
            output.WriteResult(new StreamsReport(false, [], errors));
            return ExitCode.Usage;
        }
    }

    private static int Compare(Output output, string old, string file)
    {
        var before = StreamsFile.Load(StreamsFile.Find(old, Environment.CurrentDirectory));
        var report = ComparisonReport.Of(SchemaComparison.Compare(before, StreamsFile.Load(file)));
        CheckView.Comparison(output.Console, old, report);
        output.WriteResult(report);
        return report.Compatible ? ExitCode.Fine : ExitCode.No;
    }
}
