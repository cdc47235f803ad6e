using System.CommandLine;
using System.Globalization;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.Quarantine;

/// <summary>The options by which every quarantine command picks its records.</summary>
internal sealed class FilterOptions
{
    private static readonly string[] Codes = [.. Enum.GetValues<FaultCode>().Select(code => code.ToText())];

    private readonly Option<string[]> reason = new("--reason") { Description = $"Only these reasons: {string.Join(", ", Codes)}.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> stream = new("--stream") { Description = $"Only these streams; {QuarantineFilter.NoStream}: what no stream took.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> from = new("--from") { Description = "Only what was enqueued at this time or later: 2026-11-23, 2026-11-23T06:00Z. UTC where no zone is given." };
    private readonly Option<string?> to = new("--to") { Description = "Only what was enqueued before this time." };
    private readonly Option<string?> hub = new("--hub") { Description = "Only of this hub." };
    private readonly Option<int?> partition = new("--partition") { Description = "Only of this partition." };
    private readonly Option<long?> limit = new("--limit") { Description = "At most so many records, oldest first." };

    public void AddTo(Command command)
    {
        reason.AcceptOnlyFromAmong(Codes);
        foreach (var option in (Option[])[reason, stream, from, to, hub, partition, limit])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            foreach (var option in (Option<string?>[])[from, to])
            {
                if (result.GetValue(option) is { } text && Time(text) is null)
                {
                    result.AddError($"{option.Name} {text} is no time; write 2026-11-23 or 2026-11-23T06:00Z.");
                }
            }

            if (result.GetValue(limit) < 1)
            {
                result.AddError("--limit must be at least 1.");
            }
        });
    }

    /// <exception cref="CommandException">The range is empty.</exception>
    public QuarantineFilter Read(ParseResult parsed)
    {
        var filter = new QuarantineFilter
        {
            Reasons = parsed.GetValue(reason) ?? [],
            Streams = parsed.GetValue(stream) ?? [],
            From = Time(parsed.GetValue(from)),
            To = Time(parsed.GetValue(to)),
            Hub = parsed.GetValue(hub)?.ToLowerInvariant(),
            Partition = parsed.GetValue(partition),
        };
        return filter.From >= filter.To
            ? throw new CommandException(ExitCode.Usage, "--to must be later than --from.")
            : filter;
    }

    public long Limit(ParseResult parsed, long otherwise) => parsed.GetValue(limit) ?? otherwise;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
