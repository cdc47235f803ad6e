using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingest.Cli.Json;

namespace Ingest.Cli.Plan.Files;

/// <summary>host.json and bicep/main.parameters.json, which <c>azd up</c> deploys. Pure, but for <see cref="Load"/> and <see cref="Save"/>.</summary>
public sealed record PlanFiles(string Folder, byte[] HostJson, byte[] Parameters)
{
    public const string HostName = "host.json";
    public const string ParametersName = "bicep/main.parameters.json";

    public string HostPath => Path.Combine(Folder, HostName);

    public string ParametersPath => Path.Combine(Folder, ParametersName);

    /// <summary>The file's parameters.</summary>
    /// <exception cref="CommandException">The file is not JSON or has no parameters.</exception>
    public JsonObject ParameterObject
    {
        get
        {
            var root = JsonEdit.Parse(ParametersPath, Parameters);
            return root.Find("parameters") is { Kind: JsonValueKind.Object }
                ? JsonNode.Parse(Parameters, documentOptions: LenientJson.Options)!["parameters"]!.AsObject()
                : throw new CommandException(ExitCode.Usage, $"{ParametersPath}({root.Line}): there is no object \"parameters\".");
        }
    }

    /// <summary>Those of the folder; null: it has none.</summary>
    public static PlanFiles? Load(string folder) =>
        File.Exists(Path.Combine(folder, HostName)) && File.Exists(Path.Combine(folder, ParametersName))
            ? new PlanFiles(folder, File.ReadAllBytes(Path.Combine(folder, HostName)), File.ReadAllBytes(Path.Combine(folder, ParametersName)))
            : null;

    /// <summary>Those of the folder or the nearest one above it.</summary>
    public static PlanFiles? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (Load(at.FullName) is { } files)
            {
                return files with { Folder = Path.GetRelativePath(folder, at.FullName) };
            }
        }

        return null;
    }

    public PlanFiles With(IngestPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var values = ParameterValues.Of(ParameterObject).With(plan, ParameterValues.TelemetryHub(ParameterObject));
        var parameters = Parameters;
        Parameter("eventHubs", OneLine(values.EventHubs));
        Parameter("hubs", Lines(values.Hubs, "        ", "      "));
        Parameter("flexScale", OneLine(values.FlexScale));

        var host = HostJson;
        HostSetting("maxEventBatchSize", plan.Host.MaxEventBatchSize);
        HostSetting("minEventBatchSize", plan.Host.MinEventBatchSize);
        HostSetting("maxWaitTime", $"\"{TimeSpan.FromSeconds(plan.Host.MaxWaitSeconds).ToString("c", CultureInfo.InvariantCulture)}\"");
        HostSetting("prefetchCount", plan.Host.PrefetchCount);
        HostSetting("targetUnprocessedEventThreshold", plan.Host.TargetUnprocessedEventThreshold);
        return this with { HostJson = host, Parameters = parameters };

        void Parameter(string name, string value) => parameters = JsonEdit.Set(ParametersPath, parameters, ["parameters", name, "value"], value);

        void HostSetting(string name, object value) =>
            host = JsonEdit.Set(HostPath, host, ["extensions", "eventHubs", name], Convert.ToString(value, CultureInfo.InvariantCulture)!);
    }

    public void Save()
    {
        File.WriteAllBytes(ParametersPath, Parameters);
        File.WriteAllBytes(HostPath, HostJson);
    }

    private static string Lines(JsonArray array, string indent, string end) =>
        $"[\n{string.Join(",\n", array.Select(item => indent + OneLine(item)))}\n{end}]";

    private static string OneLine(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node);
        return text.ToString();

        void Write(JsonNode? value)
        {
            if (value is JsonObject { Count: > 0 } members)
            {
                text.Append("{ ");
                Join(members, member =>
                {
                    text.Append(JsonSerializer.Serialize(member.Key)).Append(": ");
                    Write(member.Value);
                });
                text.Append(" }");
            }
            else if (value is JsonArray { Count: > 0 } items)
            {
                text.Append('[');
                Join(items, Write);
                text.Append(']');
            }
            else
            {
                text.Append(value?.ToJsonString() ?? "null");
            }
        }

        void Join<T>(IEnumerable<T> parts, Action<T> write)
        {
            var isFirst = true;
            foreach (var part in parts)
            {
                text.Append(isFirst ? "" : ", ");
                isFirst = false;
                write(part);
            }
        }
    }
}
