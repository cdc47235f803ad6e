using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ingest.Cli.Terminal;
using Ingest.Pipeline.Events;
using Ingest.Storage.Quarantine;
using Spectre.Console;

namespace Ingest.Cli.Quarantine;

/// <summary><c>ingest quarantine show ORIGIN</c>.</summary>
internal static class ShowCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(Option<bool> json, Func<bool, Output> output)
    {
        var data = QuarantineCommand.DataOption();
        var origin = new Argument<string>("origin") { Description = "hub/partition/epoch/sequence/index, as list --records shows it." };
        var command = new Command("show", "One record: what is wrong with it, what came with it, and its bytes.") { origin, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = parsed.GetValue(origin);
            var wanted = RecordOrigin.TryParse(text)
                ?? throw new CommandException(ExitCode.Usage, $"{text} is no origin; it has the form hub/partition/epoch/sequence/index, as list --records shows it.");
            var console = output(parsed.GetValue(json));
            await using var stored = QuarantineCommand.Open(parsed, data);
            await foreach (var row in new QuarantineRecords(stored).RowsAsync(new QuarantineFilter { Origin = wanted }, 1, cancellationToken).ConfigureAwait(false))
            {
                Write(console.Console, row, await stored.Replays.StateAsync(row.Origin, cancellationToken).ConfigureAwait(false));
                console.WriteResult(QuarantineRecordJson.Of(row, mayBeText: true));
                return ExitCode.Fine;
            }

            throw new CommandException(ExitCode.No, $"There is no record {wanted} in quarantine.");
        });
        return command;
    }

    private static void Write(IAnsiConsole console, QuarantineRow row, ReplayState replay)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                grid.AddRow(new Text(name), new Text(value));
            }
        }

        Add("origin", row.Origin.ToString());
        Add("reason", $"{row.Code}, found in {row.Stage}");
        Add("at", row.Path is "" ? "the root" : row.Path);
        Add("detail", row.Detail);
        Add("stream", row.Stream ?? "no stream took it");
        Add("enqueued", row.Enqueued.ToString("O", CultureInfo.InvariantCulture));
        Add("ingested", $"{row.Ingested.ToString("O", CultureInfo.InvariantCulture)} by version {row.PipelineVersion}");
        Add("partition key", row.Key);
        Add("content type", row.ContentType);
        Add("content encoding", row.IsWholeEvent ? row.ContentEncoding : row.ContentEncoding is null ? null : $"{row.ContentEncoding} (undone)");
        Add("replay", replay switch { ReplayState.New => "never sent", ReplayState.Sent => "sent", ReplayState.Refused => "the hub refused it", _ => "interrupted, outcome unknown" });
        Add("properties", Pretty(row.Properties));
        Add("system properties", Pretty(row.SystemProperties));
        console.Write(grid);
        console.WriteLine();
        console.WriteLine($"body, {row.Body.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes{(row.IsWholeEvent ? "" : ", cut out of its event")}:");
        console.WriteLine(BodyText.TryRead(row.Body) ?? BodyText.Hex(row.Body));
    }

    private static string? Pretty(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, Indented);
    }
}
