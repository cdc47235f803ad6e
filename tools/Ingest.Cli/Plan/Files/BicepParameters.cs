using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ingest.Cli.Plan.Files;

/// <summary>The parameters of main.parameters.json as a .bicepparam file beside main.bicep: what azd would fill in comes from environment variables.</summary>
public static partial class BicepParameters
{
    private const int LineWidth = 120;

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
            var before = $"param {name} = ";
            text.Append(before).Append(Value(files, name, parameter?["value"], 0, before.Length)).Append('\n');
        }

        return text.ToString();
    }

    // As bicep format lays it out: on one line where that is not too long. Hubs go on lines of their own anyway.
    private static string Value(PlanFiles files, string name, JsonNode? node, int indent, int column)
    {
        var line = Line(files, name, node);
        var inner = new string(' ', indent + 2);
        var isList = node is JsonArray { Count: > 0 } array && array.All(i => i is JsonObject);
        if (node is null or JsonValue || (indent + column + line.Length <= LineWidth && !(isList && indent == 0)))
        {
            return line;
        }

        var lines = node is JsonObject members
            ? members.Select(m => (Before: $"{Key(m.Key)}: ", m.Value))
            : node.AsArray().Select(i => (Before: "", Value: i));
        var (open, close) = node is JsonObject ? ('{', '}') : ('[', ']');
        return $"{open}\n{string.Concat(lines.Select(l => $"{inner}{l.Before}{Value(files, name, l.Value, indent + 2, l.Before.Length)}\n"))}{new string(' ', indent)}{close}";
    }

    private static string Line(PlanFiles files, string name, JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } members => $"{{ {string.Join(", ", members.Select(m => $"{Key(m.Key)}: {Line(files, name, m.Value)}"))} }}",
        JsonObject => "{}",
        JsonArray items => $"[{string.Join(", ", items.Select(i => Line(files, name, i)))}]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Text(files, name, (string)value!),
        _ => node?.ToJsonString() ?? "null",
    };

    private static string Text(PlanFiles files, string name, string text)
    {
        if (AzdVariable.Find(text) is not { } variable)
        {
            return Quoted(text);
        }

        if (!variable.IsWhole)
        {
            throw new CommandException(ExitCode.CannotBeDone, $"{files.ParametersPath}: {name} is \"{text}\"; a variable inside other text has no equal in a .bicepparam file.");
        }

        var read = $"readEnvironmentVariable({Quoted(variable.Name)}, {Quoted(variable.Otherwise)})";
        return bool.TryParse(variable.Otherwise, out _) ? $"bool({read})" : int.TryParse(variable.Otherwise, CultureInfo.InvariantCulture, out _) ? $"int({read})" : read;
    }

    private static string Key(string name) => Identifier().IsMatch(name) ? name : Quoted(name);

    private static string Quoted(string text) => "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
        .Replace("${", "\\${", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "'";

    [GeneratedRegex(@"^[A-Za-z_]\w*$")]
    private static partial Regex Identifier();
}
