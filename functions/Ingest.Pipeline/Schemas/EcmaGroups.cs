namespace Ingest.Pipeline.Schemas;

/// <summary>
/// The groups of a pattern while it is read: ECMA-262 neither repeats what looks behind, nor has two groups of one name in the same
/// alternative. .NET takes both. How many there may be is limited, because a pattern may come with an event (<c>format: regex</c>), and
/// the name of a group that lies deep is looked at once for every group around it.
/// </summary>
internal sealed class EcmaGroups
{
    private const int MostNames = 1000;
    private const int MostNested = 1000;

    private readonly Stack<Group> open = new([new Group(IsLookBehind: false)]);

    // All names of groups that no other can have at this place: those in the alternatives at hand of all open groups.
    private readonly HashSet<string> inForce = new(StringComparer.Ordinal);
    private int names;

    /// <param name="name">null where the group has none.</param>
    public void Open(bool isLookBehind, string? name)
    {
        if (open.Count > MostNested || (name is not null && ++names > MostNames))
        {
            throw new FormatException($"A pattern has at most {MostNames} groups with a name, and {MostNested} within each other.");
        }

        if (name is not null)
        {
            Enforce(name);
        }

        open.Push(new Group(isLookBehind));
    }

    public void NextAlternative()
    {
        var group = open.Peek();
        inForce.ExceptWith(group.Here);
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
        inForce.ExceptWith(group.Here);
        foreach (var name in group.Before.Union(group.Here))
        {
            Enforce(name);
        }

        return group.IsLookBehind;
    }

    private void Enforce(string name)
    {
        if (!inForce.Add(name))
        {
            throw new FormatException($"Two groups have the name {name}.");
        }

        open.Peek().Here.Add(name);
    }

    private sealed record Group(bool IsLookBehind)
    {
        /// <summary>Names in the alternatives that were read to their end.</summary>
        public HashSet<string> Before { get; } = new(StringComparer.Ordinal);

        /// <summary>Names in the alternative at hand.</summary>
        public HashSet<string> Here { get; } = new(StringComparer.Ordinal);
    }
}
