namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>
/// Reads the members of one object. Every key that is asked for is a known key; <see cref="Finish"/> reports the others,
/// so that the code that reads a key is all there is to say about it.
/// </summary>
internal sealed class ConfigObject(ConfigNode node, ConfigErrors errors)
{
    private readonly List<string> known = [];

    public ConfigNode Node => node;

    /// <summary>Null, and a mistake, where the value is no object.</summary>
    public static ConfigObject? From(ConfigNode value, ConfigErrors errors, string what)
    {
        if (value.Kind == ConfigKind.Object)
        {
            return new ConfigObject(value, errors);
        }

        errors.Add(value, $"{what} must be an object, not {value.Describe()}.");
        return null;
    }

    public ConfigNode? Optional(string key)
    {
        known.Add(key);
        return node[key];
    }

    public ConfigNode? Required(string key, string why)
    {
        var value = Optional(key);
        if (value is null)
        {
            errors.Add(node, $"\"{key}\" is missing: {why}.");
        }

        return value;
    }

    public ConfigObject? OptionalObject(string key) =>
        Optional(key) is { } value ? From(value, errors, $"\"{key}\"") : null;

    public ConfigText? OptionalText(string key) => Text(key, Optional(key));

    public ConfigText? RequiredText(string key, string why) => Text(key, Required(key, why));

    /// <summary>A text or an array of texts; null where the key is absent or wrong, which is then reported.</summary>
    public IReadOnlyList<ConfigText>? OptionalTexts(string key) => Optional(key) is { } value ? Texts(value, $"\"{key}\"", errors) : null;

    /// <summary>Reports the keys that nobody asked for.</summary>
    public void Finish()
    {
        foreach (var member in node.Members.Where(m => !known.Contains(m.Key)))
        {
            errors.Add(member.Line, member.Value.Pointer, $"Unknown key \"{member.Key}\".{Suggestion.For(member.Key, known, "keys")}");
        }
    }

    /// <summary>A text, or an array of at least one text. Null where it is neither; the mistakes are reported.</summary>
    public static IReadOnlyList<ConfigText>? Texts(ConfigNode value, string what, ConfigErrors errors)
    {
        if (value.Kind == ConfigKind.Text)
        {
            return [new ConfigText(value.Text, value)];
        }

        if (value.Kind != ConfigKind.Array || value.Elements.Count == 0)
        {
            errors.Add(value, $"{what} must be a text or an array of at least one text, not {(value.Kind == ConfigKind.Array ? "an empty array" : value.Describe())}.");
            return null;
        }

        var wrong = value.Elements.FindAll(e => e.Kind != ConfigKind.Text);
        wrong.ForEach(e => errors.Add(e, $"{what} must hold texts, not {e.Describe()}; write it in quotation marks."));
        foreach (var (index, element) in value.Elements.Index())
        {
            if (element.Kind == ConfigKind.Text && value.Elements.FindIndex(e => e.Kind == ConfigKind.Text && e.Text == element.Text) < index)
            {
                errors.Add(element, $"{what} names \"{element.Text}\" twice.");
            }
        }

        return wrong.Count == 0 ? [.. value.Elements.Select(e => new ConfigText(e.Text, e))] : null;
    }

    private ConfigText? Text(string key, ConfigNode? value)
    {
        if (value is null)
        {
            return null;
        }

        if (value.Kind == ConfigKind.Text && value.Text.Length > 0)
        {
            return new ConfigText(value.Text, value);
        }

        errors.Add(value, $"\"{key}\" must be a text{(value.Kind == ConfigKind.Text ? " that is not empty" : $", not {value.Describe()}")}.");
        return null;
    }
}

/// <summary>A text value and where it was written.</summary>
internal sealed record ConfigText(string Value, ConfigNode Node);
