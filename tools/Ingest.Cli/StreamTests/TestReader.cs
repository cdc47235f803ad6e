using System.Globalization;
using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.StreamTests;

/// <summary>Takes values of the kind that a test file needs, and reports the others.</summary>
internal sealed class TestReader(string file, ICollection<ConfigurationError> errors)
{
    public void Report(LocatedValue at, string message) => errors.Add(new ConfigurationError(file, at.Line, at.Pointer, message));

    /// <summary>Whether the value is an object of no other keys than these; without keys, any are fine.</summary>
    public bool IsObject(LocatedValue node, string what, params string[] keys)
    {
        if (node.Kind != JsonValueKind.Object)
        {
            Report(node, $"{what} must be an object, not {node.Describe()}.");
            return false;
        }

        foreach (var (name, line, value) in node.Members.Where(m => keys.Length > 0 && !keys.Contains(m.Name)))
        {
            var nearest = Spelling.Suggest(name, keys);
            Report(value with { Line = line }, $"{what} has no key \"{name}\".{(nearest.Length > 0 ? nearest : $" Known keys: {string.Join(", ", keys)}.")}");
        }

        return true;
    }

    /// <summary>A member's text; null where it is missing or no text.</summary>
    public string? Text(LocatedValue parent, string key)
    {
        var value = parent.Find(key);
        if (value is null or { Kind: JsonValueKind.String })
        {
            return value?.Text;
        }

        Report(value, $"\"{key}\" must be text, not {value.Describe()}.");
        return null;
    }

    /// <summary>Text, numbers and booleans by name, in the types that AMQP and Table Storage would give them.</summary>
    public Dictionary<string, object> Scalars(LocatedValue parent)
    {
        var found = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, _, value) in parent.Members)
        {
            switch (value.Kind)
            {
                case JsonValueKind.String:
                    found[name] = value.Text;
                    break;
                case JsonValueKind.True or JsonValueKind.False:
                    found[name] = value.Kind == JsonValueKind.True;
                    break;
                case JsonValueKind.Number:
                    found[name] = long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                        ? whole
                        : double.Parse(value.Text, CultureInfo.InvariantCulture);
                    break;
                default:
                    Report(value, $"\"{name}\" must be text, a number, true or false, not {value.Describe()}; leave it out where there is none.");
                    break;
            }
        }

        return found;
    }
}
