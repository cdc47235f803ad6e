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
    IReadOnlySet<string> SpanNames,
    string LogCatalogue)
{
    /// <summary>Ids of the lines that somebody has to act on.</summary>
    public IReadOnlySet<string> CriticalLines => All(Critical(), LogCatalogue);

    public static AppCode Read(IReadOnlyDictionary<string, string> sources)
    {
        var all = string.Join('\n', sources.Values);
        var meters = string.Join('\n', sources.Where(s => s.Key.EndsWith("Meter.cs", StringComparison.Ordinal)).Select(s => s.Value));
        return new AppCode(
            All(FunctionAttribute(), all),
            sources.Values.Where(source => source.Contains("[HttpTrigger(", StringComparison.Ordinal)).SelectMany(source => All(FunctionAttribute(), source)).ToHashSet(),
            [.. sources.Values.SelectMany(source => Trigger().Matches(source).Select(m => new HubTrigger(All(FunctionAttribute(), source).First(), m.Groups["hub"].Value, m.Groups["connection"].Value, m.Groups["group"].Value)))],
            TriggerAttribute().Count(all),
            All(Indexer(), all).Select(name => name.Replace(":", "__", StringComparison.Ordinal)).Concat(All(Percent(), all)).ToHashSet(),
            All(Instrument(), meters),
            All(Tag(), meters),
            All(SpanName(), all),
            sources.GetValueOrDefault("Ingest.Pipeline/Telemetry/IngestLog.cs", ""));
    }

    [GeneratedRegex(@"LoggerMessage\((?<name>\d+), LogLevel\.Critical,")]
    private static partial Regex Critical();

    [GeneratedRegex("""\.DisplayName = \$"(?<name>[^"]+)";""")]
    private static partial Regex SpanName();

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

/// <summary>A function, and the names of the settings that its trigger's hub, connection and consumer group come from.</summary>
public sealed record HubTrigger(string Function, string HubSetting, string Connection, string GroupSetting);
