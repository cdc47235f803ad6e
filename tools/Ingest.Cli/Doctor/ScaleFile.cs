using System.Text.Json;
using System.Text.Json.Nodes;
using Ingest.Cli.Json;
using Ingest.Cli.Plan.Files;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.Doctor;

/// <summary>What is deployed, as bicep/main.parameters.json says it, and main.bicep's defaults where it says nothing.</summary>
public sealed class ScaleFile
{
    public const string FileName = PlanFiles.ParametersName;

    private readonly string path;
    private readonly LocatedValue root;
    private readonly JsonObject? parameters;

    private ScaleFile(string path, LocatedValue root, JsonObject? parameters)
    {
        (this.path, this.root, this.parameters) = (path, root, parameters);
        Values = ParameterValues.Of(parameters);
    }

    public ParameterValues Values { get; }

    public string TelemetryHub => ParameterValues.TelemetryHub(parameters);

    public int Partitions => Values.PartitionsOf(TelemetryHub);

    public int? InstanceMegabytes => (int?)Values.FlexScale["instanceMemoryMB"];

    /// <summary>The instances that are always there share the partitions when there is little to do.</summary>
    public int PartitionsOfInstance
    {
        get
        {
            var ready = (Values.FlexScale["alwaysReady"] as JsonArray ?? []).Where(g => (string?)g?["name"] == ParameterValues.AlwaysReadyGroup).Sum(g => (int?)g!["instanceCount"] ?? 0);
            return Math.Max(1, (int)Math.Ceiling(Partitions / Math.Max(1.0, ready)));
        }
    }

    /// <summary>Null: there is no such file, it is not JSON, or a value is of the wrong type (<paramref name="errors"/> tells).</summary>
    public static ScaleFile? Read(string path, byte[]? utf8, List<ConfigurationError>? errors = null)
    {
        if (utf8 is null || LocatedJson.Parse(path, utf8, errors ??= []) is not { } root || errors.Count > 0)
        {
            return null;
        }

        try
        {
            var file = new ScaleFile(path, root, JsonNode.Parse(utf8, documentOptions: LenientJson.Options)?["parameters"] as JsonObject);
            _ = (file.Partitions, file.InstanceMegabytes, file.PartitionsOfInstance);
            return file;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or InvalidCastException)
        {
            errors.Add(new ConfigurationError(path, root.Line, "", $"A parameter has a value of the wrong type: {e.Message}"));
            return null;
        }
    }

    public JsonNode? this[string name] => parameters?[name]?["value"];

    /// <summary>The text of a parameter; a variable of azd counts as its value in the environment, else as its default.</summary>
    public string Text(string name, string otherwise, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var text = this[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string)value! : this[name]?.ToJsonString() ?? otherwise;
        return AzdVariable.Find(text) is { IsWhole: true } variable ? environment.GetValueOrDefault(variable.Name, variable.Otherwise) : text;
    }

    /// <summary>Where the parameter stands.</summary>
    public string Where(string name) => $"{path}({root.Find("parameters")?.Members.FirstOrDefault(m => m.Name == name)?.Line ?? root.Line})";
}
