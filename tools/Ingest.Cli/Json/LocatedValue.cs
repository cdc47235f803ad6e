using System.Text.Json;

namespace Ingest.Cli.Json;

/// <summary>A JSON value that knows where it was written and how.</summary>
/// <param name="Line">Line where the value begins, from 1.</param>
/// <param name="Raw">The value's bytes exactly as they stand in the file.</param>
/// <param name="Text">A string's value, a number's or literal's spelling; empty for objects and arrays.</param>
public sealed record LocatedValue(JsonValueKind Kind, int Line, string Pointer, ReadOnlyMemory<byte> Raw, string Text)
{
    /// <summary>In file order, without keys that were written twice.</summary>
    public IReadOnlyList<LocatedMember> Members { get; init; } = [];

    public IReadOnlyList<LocatedValue> Elements { get; init; } = [];

    /// <summary>The member's value; null where there is none. Goes by the first member of that name.</summary>
    public LocatedValue? Find(string name, StringComparison comparison = StringComparison.Ordinal) =>
        Members.FirstOrDefault(m => string.Equals(m.Name, name, comparison))?.Value;

    /// <summary>What the user sees in "expected …, found …".</summary>
    public string Describe() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"the text \"{Text}\"",
        JsonValueKind.Number => $"the number {Text}",
        _ => Text,
    };
}

public sealed record LocatedMember(string Name, int Line, LocatedValue Value);
