namespace Ingest.Pipeline.Schemas;

/// <summary>
/// The groups of a pattern while it is read: ECMA-262 neither repeats what looks behind, nor has two groups of one name in the same
/// alternative. .NET takes both.
/// </summary>
internal sealed class EcmaGroups
{
    private readonly Stack<Group> open = new([new Group(IsLookBehind: false)]);

    /// <param name="name">null where the group has none.</param>
    public void Open(bool isLookBehind, string? name)
    {
        if (name is not null && (open.Any(group => group.Here.Contains(name)) || !open.Peek().Here.Add(name)))
        {
            throw new FormatException($"Two groups have the name {name}.");
        }

        open.Push(new Group(isLookBehind));
    }

    public void NextAlternative()
    {
        var group = open.Peek();
        group.Before.UnionWith(group.Here);
        group.Here.Clear();
    }

    /// <summary>Whether what was closed looks behind. A group that was not opened is .NET's to refuse.</summary>
    public bool Close()
    {
        if (open.Count == 1)
        {
            return false;
        }

        var group = open.Pop();
        foreach (var name in group.Before.Union(group.Here))
        {
            if (open.Any(outer => outer.Here.Contains(name)))
            {
                throw new FormatException($"Two groups have the name {name}.");
            }

            open.Peek().Here.Add(name);
        }

        return group.IsLookBehind;
    }

    private sealed record Group(bool IsLookBehind)
    {
        /// <summary>Names in the alternatives that were read to their end.</summary>
        public HashSet<string> Before { get; } = new(StringComparer.Ordinal);

        /// <summary>Names in the alternative at hand.</summary>
        public HashSet<string> Here { get; } = new(StringComparer.Ordinal);
    }
}
