using System.Text.RegularExpressions;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static partial class OperationsChecks
{
    /// <summary>Whoever is woken by an alert must find it in docs/operations.md, by its name and severity, and by the line of the log that it tells of.</summary>
    public static IEnumerable<string> DescribeEveryAlertAndVariable(Deployment deployment)
    {
        var described = AlertRow().Matches(deployment.Repository.Operations).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["severity"].Value);
        var snapshot = deployment.Snapshot;
        var alerts = snapshot.Of("Microsoft.Insights/scheduledQueryRules").Concat(snapshot.Of("Microsoft.Insights/metricAlerts")).ToList();
        foreach (var alert in alerts)
        {
            var name = alert.ShortName[$"alert-ingest-{snapshot.Environment}-".Length..];
            if (described.GetValueOrDefault(name) != $"{alert.Number("properties.severity")}")
            {
                yield return $"docs/operations.md lacks the alert {name} with severity {alert.Number("properties.severity")}";
            }
        }

        // The alert on Capture is deployed only where something is captured.
        foreach (var name in described.Keys.Where(n => (n != "capture-backlog" || snapshot.CaptureContainers.Any()) && !alerts.Any(a => a.ShortName.EndsWith("-" + n, StringComparison.Ordinal))))
        {
            yield return $"docs/operations.md describes the alert {name}, which does not exist";
        }

        foreach (var problem in CriticalLines(deployment))
        {
            yield return problem;
        }

        foreach (var variable in Variable().Matches(deployment.Repository.MainParameters).Select(m => m.Groups["name"].Value))
        {
            if (!deployment.Repository.Operations.Contains($"`{variable}`", StringComparison.Ordinal))
            {
                yield return $"docs/operations.md lacks {variable}";
            }
        }
    }

    /// <summary>A line at Critical is told by the alert on all of them, or left out there because another alert tells it; the page says what to do for each.</summary>
    private static IEnumerable<string> CriticalLines(Deployment deployment)
    {
        var row = deployment.Repository.Operations.Split('\n').FirstOrDefault(line => line.StartsWith("| `critical-log` ", StringComparison.Ordinal)) ?? "";
        var told = LineId().Matches(row).Select(m => m.Groups["id"].Value).ToHashSet();
        var elsewhere = LeftOut().Matches(deployment.Repository.Queries["critical-log.kql"]).Select(m => m.Groups["id"].Value).ToHashSet();
        foreach (var id in deployment.Code.CriticalLines.Where(id => !told.Contains(id) && !elsewhere.Contains(id)))
        {
            yield return $"docs/operations.md does not say what to do about the critical line {id}";
        }

        foreach (var id in told.Where(id => !deployment.Code.CriticalLines.Contains(id) || elsewhere.Contains(id)))
        {
            yield return $"docs/operations.md explains the critical line {id}, of which the alert critical-log does not tell";
        }
    }

    [GeneratedRegex(@"`(?<id>\d{3})`")]
    private static partial Regex LineId();

    [GeneratedRegex(@"eventId != ""(?<id>\d+)""")]
    private static partial Regex LeftOut();

    [GeneratedRegex(@"^\| `(?<name>[a-z-]+)` \((?<severity>\d)\) \|", RegexOptions.Multiline)]
    private static partial Regex AlertRow();

    [GeneratedRegex(@"\$\{(?<name>INGEST_\w+)[=}]")]
    private static partial Regex Variable();
}
