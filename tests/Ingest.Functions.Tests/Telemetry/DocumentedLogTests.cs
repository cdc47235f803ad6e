using System.Reflection;
using System.Text.RegularExpressions;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Telemetry;
using Ingest.Testing;
using Microsoft.Extensions.Logging;

namespace Ingest.Functions.Tests.Telemetry;

/// <summary>docs/telemetry.md lists the lines that there are, and what alerts look for is what arrives.</summary>
[Collection(TelemetryCollection.Name)]
public partial class DocumentedLogTests
{
    private sealed record Line(int Id, string Name, LogLevel Level);

    private static readonly IReadOnlyList<Line> Written =
    [
        .. typeof(IngestLog).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(m => (m.Name, Message: m.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(m => m.Message is not null).Select(m => new Line(m.Message!.EventId, m.Name, m.Message.Level)).OrderBy(line => line.Id),
    ];

    [Fact]
    public void The_documented_lines_are_the_lines_with_their_ids_and_levels()
    {
        var documented = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "telemetry.md")))
            .Select(m => new Line(int.Parse(m.Groups["id"].Value), m.Groups["name"].Value, Enum.Parse<LogLevel>(m.Groups["level"].Value)));

        Assert.NotEmpty(Written);
        Assert.Equal(Written, documented);
    }

    [Fact]
    public void No_two_lines_share_an_id() =>
        Assert.Empty(Written.GroupBy(line => line.Id).Where(lines => lines.Count() > 1).Select(lines => string.Join(", ", lines)));

    [Fact]
    public async Task Critical_lines_arrive_with_their_id_whether_or_not_they_carry_an_exception()
    {
        await using var app = await InstrumentedApp.StartAsync();
        var partition = new PartitionId("ns", "telemetry", 3);

        app.Logger.LedgerBroken(partition, new EventRange(1, 2), "1", 0);
        app.Logger.PendingTooLong(new TimeoutException("no answer"), partition, 2, TimeSpan.FromHours(1));
        app.FlushSpansAndLogs();

        // MessageData becomes AppTraces, ExceptionData AppExceptions; severity Critical is 4 in both.
        Assert.Equal(
            [("ExceptionData", "Critical", "117"), ("MessageData", "Critical", "116")],
            app.Insights.Items.Select(i => (i.Type, i.Body.GetProperty("severityLevel").GetString()!, i.Property("EventId")!)).Order());
    }

    [Fact]
    public async Task A_failed_batch_arrives_as_a_request_that_is_told_from_the_hosts_by_its_name()
    {
        await using var app = await InstrumentedApp.StartAsync();

        app.Fail(new TimeoutException("no answer"));
        app.FlushSpansAndLogs();

        var request = Assert.Single(app.Insights.Items, i => i.Type == "RequestData");
        Assert.False(request.Body.GetProperty("success").GetBoolean());
        Assert.EndsWith(" process", request.Body.GetProperty("name").GetString(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| (?<id>\d{3}) \| `(?<name>\w+)` \| (?<level>\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
