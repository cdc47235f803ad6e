using System.Text.RegularExpressions;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static partial class OperationsChecks
{
    /// <summary>Whoever is woken by an alert must find it in docs/operations.md, by its name and severity.</summary>
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
        foreach (var name in described.Keys.Where(n => n != "capture-backlog" && !alerts.Any(a => a.ShortName.EndsWith("-" + n, StringComparison.Ordinal))))
        {
            yield return $"docs/operations.md describes the alert {name}, which does not exist";
        }

        foreach (var variable in Variable().Matches(deployment.Repository.MainParameters).Select(m => m.Groups["name"].Value))
        {
            if (!deployment.Repository.Operations.Contains($"`{variable}`", StringComparison.Ordinal))
            {
                yield return $"docs/operations.md lacks {variable}";
            }
        }
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z-]+)` \((?<severity>\d)\) \|", RegexOptions.Multiline)]
    private static partial Regex AlertRow();

    [GeneratedRegex(@"\$\{(?<name>INGEST_\w+)=")]
    private static partial Regex Variable();
}
