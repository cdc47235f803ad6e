using System.CommandLine;
using System.Globalization;
using Ingest.Cli.Terminal;
using Spectre.Console;

namespace Ingest.Cli.Quarantine;

/// <summary><c>ingest quarantine list</c>.</summary>
internal static class ListCommand
{
    private const int DefaultRecords = 100;

    public static Command Create(Option<bool> json, Func<bool, Output> output)
    {
        var data = QuarantineCommand.DataOption();
        var records = new Option<bool>("--records") { Description = $"One line a record, with its origin, {DefaultRecords} unless --limit says otherwise; without it: how many, by stream and reason." };
        var filters = new FilterOptions();
        var command = new Command("list", "How many records were refused, by hub, partition, stream and reason.") { data, records, json };
        filters.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var filter = filters.Read(parsed);
            var console = output(parsed.GetValue(json));
            await using var stored = QuarantineCommand.Open(parsed, data);
            var quarantine = new QuarantineRecords(stored);
            await (parsed.GetValue(records)
                ? RecordsAsync(quarantine, filter, filters.Limit(parsed, DefaultRecords), console, cancellationToken)
                : GroupsAsync(quarantine, filter, filters.Limit(parsed, long.MaxValue), console, cancellationToken)).ConfigureAwait(false);
            return ExitCode.Fine;
        });
        return command;
    }

    private static async Task GroupsAsync(QuarantineRecords quarantine, QuarantineFilter filter, long limit, Output output, CancellationToken cancellationToken)
    {
        var counts = await quarantine.CountAsync(filter, cancellationToken).ConfigureAwait(false);
        var table = Columns("records", "hub/partition", "stream", "reason", "first", "for example");
        foreach (var g in counts.Groups.Take((int)Math.Min(limit, int.MaxValue)))
        {
            table.AddRow(
                g.Quarantined.ToString("N0", CultureInfo.InvariantCulture), Markup.Escape($"{g.Hub}/{g.Partition}"), Stream(g.Stream), g.Reason,
                Time(g.First), Markup.Escape(g.Path is null ? g.Detail ?? "" : $"{g.Path}: {g.Detail}"));
        }

        var total = counts.Groups.Sum(g => g.Quarantined);
        Write(output, table, total);
        output.WriteResult(new
        {
            quarantined = total, segments = counts.Segments, segmentsRead = counts.SegmentsRead,
            groups = counts.Groups.Take((int)Math.Min(limit, int.MaxValue)),
        });
    }

    private static async Task RecordsAsync(QuarantineRecords quarantine, QuarantineFilter filter, long limit, Output output, CancellationToken cancellationToken)
    {
        var table = Columns("origin", "stream", "reason", "enqueued", "bytes", "what is wrong");
        var found = new List<object>();
        await foreach (var row in quarantine.RowsAsync(filter, limit, cancellationToken).ConfigureAwait(false))
        {
            table.AddRow(
                Markup.Escape(row.Origin.ToString()), Stream(row.Stream), row.Code, Time(row.Enqueued), row.Body.Length.ToString("N0", CultureInfo.InvariantCulture),
                Markup.Escape(row.Path is null ? row.Detail : $"{row.Path}: {row.Detail}"));
            found.Add(new
            {
                origin = row.Origin.ToString(), stream = row.Stream, reason = row.Code, enqueued = row.Enqueued, bodyBytes = row.Body.Length, path = row.Path, detail = row.Detail,
            });
        }

        Write(output, table, found.Count);
        output.WriteResult(new { quarantined = found.Count, records = found });
    }

    private static Table Columns(params string[] names) => names.Aggregate(new Table().Border(TableBorder.Rounded), (table, name) => table.AddColumn(name));

    private static void Write(Output output, Table table, long total)
    {
        if (total == 0)
        {
            output.Console.MarkupLine("Nothing of that kind is in quarantine.");
            return;
        }

        output.Console.Write(table);
        output.Console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{total:N0} records.");
    }

    private static string Stream(string? stream) => Markup.Escape(stream ?? QuarantineFilter.NoStream);

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
