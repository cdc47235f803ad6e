using System.Text.Json.Nodes;

namespace Ingest.Infrastructure.Tests.Model;

/// <summary>One resource of a snapshot, as Azure Resource Manager would be asked for it.</summary>
public sealed record Resource(JsonObject Json)
{
    public string Type => (string)Json["type"]!;

    public string Id => (string)Json["id"]!;

    /// <summary>The last part of the name: <c>telemetry</c> of <c>evhns-x/telemetry</c>.</summary>
    public string ShortName => ((string)Json["name"]!).Split('/')[^1];

    public JsonNode? this[string path]
    {
        get
        {
            JsonNode? node = Json;
            foreach (var part in path.Split('.'))
            {
                node = (node as JsonObject)?[part];
            }

            return node;
        }
    }

    public bool? Flag(string path) => (bool?)this[path];

    public int? Number(string path) => (int?)this[path];

    public string? Text(string path) => (string?)this[path];

    public IEnumerable<JsonObject> List(string path) => (this[path] as JsonArray ?? []).OfType<JsonObject>();
}
