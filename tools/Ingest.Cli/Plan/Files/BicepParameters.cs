using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ingest.Cli.Plan.Files;

/// <summary>The parameters of main.parameters.json as a .bicepparam file beside main.bicep: what azd would fill in comes from environment variables.</summary>
public static partial class BicepParameters
{
    /// <exception cref="CommandException">A text holds a variable of azd inside other text, for which there is no equal.</exception>
    public static string Render(PlanFiles files, HostSettings host)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(host);
        var text = new StringBuilder();
        text.Append("using 'main.bicep'\n\n");
        text.Append(CultureInfo.InvariantCulture, $"// With these in host.json, extensions.eventHubs: maxEventBatchSize {host.MaxEventBatchSize}, minEventBatchSize {host.MinEventBatchSize},\n");
        text.Append(CultureInfo.InvariantCulture, $"// maxWaitTime {TimeSpan.FromSeconds(host.MaxWaitSeconds):c}, prefetchCount {host.PrefetchCount}, targetUnprocessedEventThreshold {host.TargetUnprocessedEventThreshold}.\n\n");
        foreach (var (name, parameter) in files.ParameterObject)
        {
            text.Append(CultureInfo.InvariantCulture, $"param {name} = {Value(files, name, parameter?["value"], isTop: true)}\n");
        }

        return text.ToString();
    }

    // Hubs go on lines of their own, everything else on one.
    private static string Value(PlanFiles files, string name, JsonNode? node, bool isTop = false) => node switch
    {
        JsonObject { Count: > 0 } members => $"{{ {string.Join(", ", members.Select(m => $"{Key(m.Key)}: {Value(files, name, m.Value)}"))} }}",
        JsonArray { Count: > 0 } items when isTop && items.All(i => i is JsonObject) => $"[\n{string.Concat(items.Select(i => $"  {Value(files, name, i)}\n"))}]",
        JsonArray items => $"[{string.Join(", ", items.Select(i => Value(files, name, i)))}]",
        JsonObject => "{}",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(files, name, (string)value!),
        _ => node?.ToJsonString() ?? "null",
    };

    private static string Text(PlanFiles files, string name, string text)
    {
        if (Variable().Match(text) is not { Success: true } match)
        {
            return Quoted(text);
        }

        if (match.Length != text.Length)
        {
            throw new CommandException(ExitCode.CannotBeDone, $"{files.ParametersPath}: {name} is \"{text}\"; a variable inside other text has no equal in a .bicepparam file.");
        }

        var otherwise = match.Groups["default"].Value;
        var read = $"readEnvironmentVariable({Quoted(match.Groups["name"].Value)}, {Quoted(otherwise)})";
        return bool.TryParse(otherwise, out _) ? $"bool({read})" : int.TryParse(otherwise, CultureInfo.InvariantCulture, out _) ? $"int({read})" : read;
    }

    private static string Key(string name) => Identifier().IsMatch(name) ? name : Quoted(name);

    private static string Quoted(string text) => "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
        .Replace("${", "\\${", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "'";

    [GeneratedRegex(@"\$\{(?<name>\w+)(?:=(?<default>[^}]*))?\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^[A-Za-z_]\w*$")]
    private static partial Regex Identifier();
}
