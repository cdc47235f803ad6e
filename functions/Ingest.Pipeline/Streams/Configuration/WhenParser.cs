using Ingest.Pipeline.Decoding.CloudEvents;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>when</c>: which events a stream takes.</summary>
internal static class WhenParser
{
    private static readonly string[] Sources = ["property:NAME", "system:NAME", "contentType", "partitionKey", "ce:NAME", "record:/POINTER"];

    /// <summary>Empty: the stream takes every event. Null where a condition is broken, so that reachability cannot be judged.</summary>
    public static IReadOnlyList<RouteCondition>? Parse(ConfigNode? value, ConfigErrors errors)
    {
        if (value is null)
        {
            return [];
        }

        if (ConfigObject.From(value, errors, "\"when\"") is null)
        {
            return null;
        }

        var conditions = new List<RouteCondition>();
        var sound = true;
        foreach (var (key, line, accepted) in value.Members)
        {
            var source = Source(key, accepted with { Line = line }, errors);
            var values = ConfigObject.Texts(accepted, $"\"{key}\"", errors);
            if (source is { } known && values is not null)
            {
                conditions.Add(new RouteCondition(known.Source, known.Name, [.. values.Select(v => v.Value)]));
            }
            else
            {
                sound = false;
            }
        }

        return sound ? conditions : null;
    }

    /// <summary>As a user writes it: <c>property:type</c>.</summary>
    public static string Spell(RouteSource source, string name) => source switch
    {
        RouteSource.Property => $"property:{name}",
        RouteSource.System => $"system:{name}",
        RouteSource.ContentType => "contentType",
        RouteSource.CloudEvent => $"ce:{name}",
        RouteSource.Record => $"record:{name}",
        _ => "partitionKey",
    };

    private static (RouteSource Source, string Name)? Source(string key, ConfigNode at, ConfigErrors errors)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        var (kind, name) = colon < 0 ? (key, "") : (key[..colon], key[(colon + 1)..]);
        switch (kind, colon >= 0)
        {
            case ("property", true) when name.Length > 0:
                return (RouteSource.Property, name);
            case ("system", true) when name.Length > 0:
                return (RouteSource.System, name);
            case ("contentType", false):
                return (RouteSource.ContentType, "");
            case ("partitionKey", false):
                return (RouteSource.PartitionKey, "");
            case ("property" or "system", _):
                errors.Add(at, $"\"{key}\" names no {(kind == "system" ? "system" : "application")} property; write \"{kind}:NAME\".");
                return null;
            case ("ce", true) when CloudEventNames.IsAttribute(name):
                return (RouteSource.CloudEvent, name);
            case ("record", true) when name.StartsWith('/') && JsonPointer.Parse(name) is not null:
                return (RouteSource.Record, name);
            case ("ce", _):
                errors.Add(at, $"\"{key}\" names no attribute of a CloudEvent: lower-case letters and digits, such as \"ce:type\".");
                return null;
            case ("record", _):
                errors.Add(at, $"\"{key}\" names no value of a record; write \"record:\" and a JSON Pointer such as \"record:/type\".");
                return null;
            default:
                errors.Add(at, $"Unknown condition \"{key}\".{Nearest(kind, name)}");
                return null;
        }
    }

    private static string Nearest(string kind, string name)
    {
        var hint = Suggestion.Nearest(kind, ["property", "system", "contentType", "partitionKey", "record"]);
        return hint.Length == 0 ? $" Known conditions: {string.Join(", ", Sources)}."
            : name.Length == 0 ? hint
            : hint.Replace("\"?", $":{name}\"?", StringComparison.Ordinal);
    }
}
