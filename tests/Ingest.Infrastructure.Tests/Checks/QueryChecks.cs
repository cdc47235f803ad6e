using System.Globalization;
using System.Text.RegularExpressions;
using Ingest.Cli.Plan;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static partial class QueryChecks
{
    private static readonly Dictionary<string, string[]> PlatformMetrics = new()
    {
        ["Microsoft.EventHub/namespaces"] = ["IncomingMessages", "IncomingBytes", "OutgoingMessages", "ThrottledRequests", "ServerErrors", "CaptureBacklog"],
        ["Microsoft.Storage/storageAccounts"] = ["Transactions", "SuccessE2ELatency", "SuccessServerLatency", "Availability", "UsedCapacity"],
        ["Microsoft.Web/sites"] =
        [
            "OnDemandFunctionExecutionUnits", "OnDemandFunctionExecutionCount", "AlwaysReadyUnits", "AlwaysReadyFunctionExecutionUnits", "AlwaysReadyFunctionExecutionCount",
        ],
    };

    /// <summary>Of their columns, those that a query may want.</summary>
    private static readonly Dictionary<string, string[]> Tables = new()
    {
        ["AppExceptions"] = ["TimeGenerated", "SeverityLevel", "ExceptionType", "OuterMessage", "OperationName", "ItemCount", "Properties"],
        ["AppMetrics"] = ["TimeGenerated", "Name", "Sum", "Min", "Max", "ItemCount", "Properties"],
        ["AppRequests"] = ["TimeGenerated", "Name", "Success", "ResultCode", "DurationMs", "OperationName", "ItemCount", "Properties"],
        ["AppTraces"] = ["TimeGenerated", "SeverityLevel", "Message", "OperationName", "ItemCount", "Properties"],
        ["AzureMetrics"] = ["TimeGenerated", "MetricName", "ResourceProvider", "ResourceId", "Total", "Average", "Maximum", "Minimum"],
        ["Usage"] = ["TimeGenerated", "DataType", "Quantity", "IsBillable"],
    };

    // Of log lines, not of metrics.
    private const string EventId = "EventId";

    public static IEnumerable<string> ReferToWhatIsEmitted(Deployment deployment)
    {
        var queries = deployment.Repository.Queries.Select(q => (q.Key, q.Value)).Concat(WorkbookQueries(deployment.Repository.Workbook)).ToList();
        if (deployment.Code.Metrics.Count == 0)
        {
            yield return "no instrument was found in the sources";
        }

        var deployed = deployment.Snapshot.Single("Microsoft.Insights/workbooks").Text("properties.serializedData")!;
        if (Placeholder().Match(deployed) is { Success: true } left)
        {
            yield return $"workbook: {left.Value} is deployed as it is";
        }

        foreach (var problem in Prices(deployment.Repository.Workbook).Concat(queries.SelectMany(q => Problems(q.Key, q.Value, deployment.Code))))
        {
            yield return problem;
        }
    }

    public static IEnumerable<string> AlertsReachPeople(Deployment deployment)
    {
        var groups = deployment.Snapshot.Of("Microsoft.Insights/actionGroups").Select(g => g.Id).ToHashSet();
        var deployed = new List<string>();
        foreach (var rule in deployment.Snapshot.Of("Microsoft.Insights/scheduledQueryRules"))
        {
            var criterion = rule.List("properties.criteria.allOf").Single();
            var query = (string)criterion["query"]!;
            deployed.Add(query);
            foreach (var column in criterion["dimensions"]!.AsArray().Select(d => (string)d!["name"]!).Append((string)criterion["metricMeasureColumn"]!))
            {
                if (!Regex.IsMatch(query, $@"\b{column}\s*="))
                {
                    yield return $"{rule.ShortName}: its query has no column {column}";
                }
            }

            if (rule["properties.actions.actionGroups"]?.AsArray().Any(g => groups.Contains((string)g!)) != true)
            {
                yield return $"{rule.ShortName}: alerts nobody";
            }
        }

        foreach (var rule in deployment.Snapshot.Of("Microsoft.Insights/metricAlerts"))
        {
            foreach (var criterion in rule.List("properties.criteria.allOf"))
            {
                if (PlatformMetrics.GetValueOrDefault((string)criterion["metricNamespace"]!)?.Contains((string)criterion["metricName"]!) != true)
                {
                    yield return $"{rule.ShortName}: {criterion["metricNamespace"]} has no metric {criterion["metricName"]}";
                }
            }

            if (!rule.List("properties.actions").Any(a => groups.Contains((string)a["actionGroupId"]!)))
            {
                yield return $"{rule.ShortName}: alerts nobody";
            }
        }

        foreach (var (budget, notification) in deployment.Snapshot.Of("Microsoft.Consumption/budgets")
            .SelectMany(b => b["properties.notifications"]!.AsObject().Select(n => (b, n))))
        {
            if ((bool?)notification.Value!["enabled"] != true || notification.Value["contactGroups"]?.AsArray().Any(g => groups.Contains((string)g!)) != true)
            {
                yield return $"{budget.ShortName}: {notification.Key} tells nobody";
            }
        }

        foreach (var (file, text) in deployment.Repository.Queries.Where(q => !deployed.Contains(q.Value)))
        {
            yield return $"{file}: no alert of the snapshot runs it";
        }
    }

    /// <summary>Every string that a query compares with a column must be something that is written to that column.</summary>
    public static IEnumerable<string> Problems(string name, string query, AppCode code)
    {
        foreach (Match comparison in Comparison().Matches(query))
        {
            var column = comparison.Groups["column"].Value;
            var ofRequests = column == "Name" && query.Contains("AppRequests", StringComparison.Ordinal);
            foreach (var value in Literal().Matches(comparison.Groups["values"].Value).Select(m => m.Groups[1].Value))
            {
                var known = column switch
                {
                    "Name" when ofRequests => code.SpanNames.Any(name => name.EndsWith(value, StringComparison.Ordinal)),
                    "Name" => code.Metrics.Contains(value),
                    "MetricName" => PlatformMetrics.Values.Any(m => m.Contains(value)),
                    "ResourceProvider" => PlatformMetrics.Keys.Any(k => k.StartsWith(value + "/", StringComparison.OrdinalIgnoreCase)),
                    "Message" => code.LogCatalogue.Contains(value, StringComparison.Ordinal),
                    "eventId" => code.CriticalLines.Contains(value),
                    _ => false,
                };
                if (!known)
                {
                    yield return $"{name}: nothing writes {column} \"{value}\"";
                }
            }
        }

        foreach (var tag in PropertyPath().Matches(query).Select(m => m.Groups[1].Value).Where(t => t != EventId && !code.Tags.Contains(t)))
        {
            yield return $"{name}: no metric has the tag {tag}";
        }

        var sources = Source().Matches(query).SelectMany(m => m.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)).ToList();
        if (sources.Count == 0 || sources.Any(s => !Tables.ContainsKey(s)))
        {
            yield return $"{name}: reads {string.Join(", ", sources)}";
        }

        // Our own names begin in lower case; what begins in upper case is a column, or was made one.
        var words = Aside().Replace(query, "");
        var columns = sources.SelectMany(s => Tables.GetValueOrDefault(s) ?? []).Concat(sources).Concat(Made().Matches(words).Select(m => m.Groups[1].Value)).ToHashSet();
        foreach (var column in Column().Matches(words).Select(m => m.Value).Distinct().Where(c => !columns.Contains(c)))
        {
            yield return $"{name}: no table that it reads has the column {column}";
        }
    }

    /// <summary>The workbook's estimate and <c>ingest plan</c> reckon with the same prices.</summary>
    private static IEnumerable<string> Prices(string workbook)
    {
        var prices = WorkbookQueries(workbook).SelectMany(q => Price().Matches(q.Value)).ToList();
        if (prices.Count == 0 || !workbook.Contains(Assumptions.Default.Date, StringComparison.Ordinal))
        {
            yield return $"workbook: its prices are not those of {Assumptions.Default.Date}";
        }

        foreach (var price in prices)
        {
            var (name, value) = (price.Groups["name"].Value, double.Parse(price.Groups["value"].Value, CultureInfo.InvariantCulture));
            if (Assumptions.Default.Values.GetValueOrDefault(name)?.Value != value)
            {
                yield return $"workbook: {name} is {price.Groups["value"].Value}, which assumptions.json does not say";
            }
        }
    }

    private static IEnumerable<(string Key, string Value)> WorkbookQueries(string workbook) =>
        Repository.Parse(workbook)["items"]!.AsArray()
            .Where(i => (int)i!["type"]! == 3)
            .Select(i => ($"workbook: {i!["name"]}", (string)i["content"]!["query"]!));

    [GeneratedRegex("""\b(?<column>Name|MetricName|ResourceProvider|Message|eventId)\s*(?:==|!=|=~|!?has|!?contains|!?startswith|!?endswith)\s*(?<values>"[^"]*")|\b(?<column>Name|MetricName|ResourceProvider|Message|eventId)\s+in~?\s*\((?<values>[^)]*)\)""")]
    private static partial Regex Comparison();

    [GeneratedRegex(@"\blet (?<name>\w+) = (?<value>[\d.]+);")]
    private static partial Regex Price();

    [GeneratedRegex(@"__[A-Z_]+__")]
    private static partial Regex Placeholder();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\bProperties\.(\w+)")]
    private static partial Regex PropertyPath();

    // Texts, comments, parameters of the workbook, and what stands below Properties.
    [GeneratedRegex(@"""[^""]*""|//.*|\{TimeRange:\w+\}|(?<=Properties)\.\w+")]
    private static partial Regex Aside();

    [GeneratedRegex(@"\b([A-Z]\w*)\s*=(?![=~])")]
    private static partial Regex Made();

    [GeneratedRegex(@"\b[A-Z]\w*")]
    private static partial Regex Column();

    // A table, or several of a union, stand at the start of a line or bracket and are followed by a pipe.
    [GeneratedRegex(@"(?:^|\()\s*(?:union )?([A-Z]\w+(?:, [A-Z]\w+)*)\s*(?=\r?\n\s*\|)", RegexOptions.Multiline)]
    private static partial Regex Source();
}
