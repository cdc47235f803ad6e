using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ingest.Cli.Plan.Files;

/// <summary>The Bicep parameters that hang on scale. What a plan does not decide is kept: other hubs, retention, Capture, other always-ready groups.</summary>
public sealed record ParameterValues(JsonObject EventHubs, JsonArray Hubs, JsonObject FlexScale)
{
    private const string DefaultTelemetryHub = "telemetry";
    public const string AlwaysReadyGroup = "function:IngestTelemetry";

    // The defaults of main.bicep, which a test compares.
    private const string DefaultHubs = """
        [
          { "name": "telemetry", "partitionCount": 4, "retentionHours": 72, "consumerGroups": ["ingest", "ingest-repair"] },
          { "name": "devices", "partitionCount": 4, "retentionHours": 72, "consumerGroups": ["ingest", "ingest-repair"] }
        ]
        """;

    private const string DefaultFlexScale = """{ "maximumInstanceCount": 40, "instanceMemoryMB": 2048, "alwaysReady": [] }""";
    private const string DefaultEventHubs = """{ "tier": "Standard", "capacity": 1, "maximumThroughputUnits": 10 }""";

    /// <summary>What main.parameters.json sets, or main.bicep's defaults.</summary>
    /// <param name="parameters">The file's object <c>parameters</c>; null: there is no file.</param>
    public static ParameterValues Of(JsonObject? parameters) => new(
        (JsonObject)Value(parameters, "eventHubs", DefaultEventHubs), (JsonArray)Value(parameters, "hubs", DefaultHubs), (JsonObject)Value(parameters, "flexScale", DefaultFlexScale));

    public static string TelemetryHub(JsonObject? parameters) => (string?)parameters?["telemetryHubName"]?["value"] ?? DefaultTelemetryHub;

    /// <summary>Partitions of the hubs beside the telemetry hub.</summary>
    public int OtherPartitions(string telemetryHub) => Hubs.OfType<JsonObject>().Where(h => (string?)h["name"] != telemetryHub).Sum(Partitions);

    public int PartitionsOf(string hub) => Hubs.OfType<JsonObject>().Where(h => (string?)h["name"] == hub).Sum(Partitions);

    public ParameterValues With(IngestPlan plan, string telemetryHub)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var eventHubs = new JsonObject { ["tier"] = plan.Capacity.Tier, ["capacity"] = plan.Capacity.Units };
        if (plan.Capacity.Tier == "Standard")
        {
            eventHubs["maximumThroughputUnits"] = plan.Capacity.MaximumUnits;
        }

        var hubs = (JsonArray)Hubs.DeepClone();
        foreach (var hub in hubs.OfType<JsonObject>().Where(h => (string?)h["name"] == telemetryHub))
        {
            hub["partitionCount"] = plan.Partitions;
        }

        var others = (FlexScale["alwaysReady"] as JsonArray ?? []).OfType<JsonObject>().Where(g => (string?)g["name"] != AlwaysReadyGroup).Select(g => g.DeepClone());
        return new ParameterValues(eventHubs, hubs, new JsonObject
        {
            ["maximumInstanceCount"] = plan.MaximumInstances,
            ["instanceMemoryMB"] = plan.InstanceMegabytes,
            ["alwaysReady"] = new JsonArray([new JsonObject { ["name"] = AlwaysReadyGroup, ["instanceCount"] = plan.AlwaysReady }, .. others]),
        });
    }

    private static int Partitions(JsonObject hub) => (int?)hub["partitionCount"] ?? 0;

    private static JsonNode Value(JsonObject? parameters, string name, string otherwise) =>
        parameters?[name]?["value"] is { } value && value.GetValueKind() is JsonValueKind.Object or JsonValueKind.Array
            ? parameters[name]!["value"]!.DeepClone()
            : JsonNode.Parse(otherwise)!;
}
