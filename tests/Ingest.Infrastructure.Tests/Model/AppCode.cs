using System.Text.RegularExpressions;

namespace Ingest.Infrastructure.Tests.Model;

/// <summary>What the function app's sources say about themselves. Read as text, so that the checks need no build of the app.</summary>
public sealed partial record AppCode(
    IReadOnlySet<string> Functions,
    IReadOnlySet<string> HttpFunctions,
    IReadOnlyList<HubTrigger> HubTriggers,
    int HubTriggerAttributes,
    IReadOnlySet<string> Settings,
    IReadOnlySet<string> Metrics,
    IReadOnlySet<string> Tags,
    string LogCatalogue)
{
    public static AppCode Read(IReadOnlyDictionary<string, string> sources)
    {
        var all = string.Join('\n', sources.Values);
        var meters = string.Join('\n', sources.Where(s => s.Key.EndsWith("Meter.cs", StringComparison.Ordinal)).Select(s => s.Value));
        return new AppCode(
            All(FunctionAttribute(), all),
            sources.Values.Where(source => source.Contains("[HttpTrigger(", StringComparison.Ordinal)).SelectMany(source => All(FunctionAttribute(), source)).ToHashSet(),
            [.. Trigger().Matches(all).Select(m => new HubTrigger(m.Groups["hub"].Value, m.Groups["connection"].Value, m.Groups["group"].Value))],
            TriggerAttribute().Count(all),
            All(Indexer(), all).Select(name => name.Replace(":", "__", StringComparison.Ordinal)).Concat(All(Percent(), all)).ToHashSet(),
            All(Instrument(), meters),
            All(Tag(), meters),
            sources.GetValueOrDefault("Ingest.Pipeline/Telemetry/IngestLog.cs", ""));
    }

    private static HashSet<string> All(Regex expression, string text) => [.. expression.Matches(text).Select(m => m.Groups["name"].Value)];

    [GeneratedRegex("""\[Function\((?:nameof\((?<name>\w+)\)|"(?<name>\w+)")\)\]""")]
    private static partial Regex FunctionAttribute();

    [GeneratedRegex("""\[EventHubTrigger\("%(?<hub>\w+)%",\s*Connection = "(?<connection>\w+)",\s*ConsumerGroup = "%(?<group>\w+)%"\)\]""")]
    private static partial Regex Trigger();

    [GeneratedRegex(@"\[EventHubTrigger\(")]
    private static partial Regex TriggerAttribute();

    [GeneratedRegex("""configuration\["(?<name>[\w:]+)"\]""")]
    private static partial Regex Indexer();

    [GeneratedRegex("\"%(?<name>\\w+)%\"")]
    private static partial Regex Percent();

    [GeneratedRegex("""\.Create\w+(?:<\w+>)?\(\s*"(?<name>[\w.]+)[",]""")]
    private static partial Regex Instrument();

    [GeneratedRegex("""(?:\{ |new\()"(?<name>[a-z_.]+)",""")]
    private static partial Regex Tag();
}

/// <summary>Names of the settings that a trigger's hub, connection and consumer group come from.</summary>
public sealed record HubTrigger(string HubSetting, string Connection, string GroupSetting);
