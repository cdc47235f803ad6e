using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ingest.Cli.Terminal;
using Ingest.Storage.Quarantine;

namespace Ingest.Cli.Quarantine;

/// <summary><c>ingest quarantine export TARGET</c>.</summary>
internal static class ExportCommand
{
    private const string LinesExtension = ".ndjson";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly byte[] NewLine = [(byte)'\n'];

    public static Command Create(Option<bool> json, Func<bool, Output> output, TextWriter standardError)
    {
        var data = QuarantineCommand.DataOption();
        var target = new Argument<string>("target")
        {
            Description = $"A new file that ends in {LinesExtension}: a JSON object a line, the body in Base64. Or a new or empty folder: two files a record, its bytes and what came with them.",
        };
        var filters = new FilterOptions();
        var command = new Command("export", "Write records with their original bytes to files. Changes nothing in quarantine.") { target, data, json };
        filters.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (filter, path) = (filters.Read(parsed), parsed.GetValue(target)!);
            var console = output(parsed.GetValue(json));
            await using var stored = QuarantineCommand.Open(parsed, data);
            var rows = new QuarantineRecords(stored).RowsAsync(filter, filters.Limit(parsed, long.MaxValue), cancellationToken);
            try
            {
                var count = await (path.EndsWith(LinesExtension, StringComparison.OrdinalIgnoreCase) ? ToLinesAsync(rows, path) : ToFolderAsync(rows, path)).ConfigureAwait(false);
                await standardError.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} records are in {path}.")).ConfigureAwait(false);
                console.WriteResult(new { quarantined = count, path });
                return ExitCode.Fine;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.Usage, $"{path} cannot be written: {e.Message}", e);
            }
        });
        return command;
    }

    private static async Task<long> ToLinesAsync(IAsyncEnumerable<QuarantineRow> rows, string path)
    {
        var count = 0L;
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using (file.ConfigureAwait(false))
        {
            await foreach (var row in rows.ConfigureAwait(false))
            {
                await JsonSerializer.SerializeAsync(file, QuarantineRecordJson.Of(row, mayBeText: false), Json).ConfigureAwait(false);
                await file.WriteAsync(NewLine).ConfigureAwait(false);
                count++;
            }
        }

        return count;
    }

    private static async Task<long> ToFolderAsync(IAsyncEnumerable<QuarantineRow> rows, string path)
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new IOException("the folder is not empty.");
        }

        Directory.CreateDirectory(path);
        var count = 0L;
        await foreach (var row in rows.ConfigureAwait(false))
        {
            var o = row.Origin;
            var name = Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{o.Partition.Hub}-p{o.Partition.Number:D4}-e{o.Epoch}-{o.Sequence:D19}-{o.Index}"));
            await File.WriteAllBytesAsync($"{name}.{(BodyText.IsJson(row.Body) ? "json" : "bin")}", row.Body).ConfigureAwait(false);
            var described = QuarantineRecordJson.Of(row, mayBeText: false) with { BodyBase64 = null };
            await File.WriteAllBytesAsync($"{name}.about.json", JsonSerializer.SerializeToUtf8Bytes(described, Json)).ConfigureAwait(false);
            count++;
        }

        return count;
    }
}
