namespace Ingest.Pipeline.Streams.Configuration;

internal enum ConfigKind
{
    Object,
    Array,
    Text,
    Number,
    Boolean,
    Null,
}

/// <summary>A JSON value that knows where it was written.</summary>
/// <param name="Line">Line where the value begins, from 1.</param>
/// <param name="Text">A string's value, or a number's or boolean's spelling; empty for the others.</param>
internal sealed record ConfigNode(ConfigKind Kind, int Line, string Pointer, string Text)
{
    /// <summary>In file order; a key that was written twice keeps its first value.</summary>
    public List<ConfigMember> Members { get; } = [];

    public List<ConfigNode> Elements { get; } = [];

    public ConfigNode? this[string key] => Members.Find(m => m.Key == key)?.Value;

    /// <summary>What the user sees in "expected …, found …".</summary>
    public string Describe() => Kind switch
    {
        ConfigKind.Object => "an object",
        ConfigKind.Array => "an array",
        ConfigKind.Text => $"the text \"{Text}\"",
        ConfigKind.Number => $"the number {Text}",
        ConfigKind.Boolean => Text,
        _ => "null",
    };
}

internal sealed record ConfigMember(string Key, int Line, ConfigNode Value);
