using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>A value that has been read, or the beginning of the record: from here edges lead on.</summary>
internal sealed class LayoutState
{
    public const int MostEdges = 8;
    private const int LongestEdge = 512;
    private const int Fading = 6;
    private LayoutEdge[] edges = [];

    /// <param name="owners">The objects around the value, the record's root first.</param>
    /// <param name="producer">Number of the way the record begins.</param>
    public LayoutState(SchemaNode node, int slot, ObjectPlan[] owners, int producer)
    {
        (Node, Slot, Owners, Producer) = (node, slot, owners, producer);
        Kind = KindOf(node);
        HasOtherRules = node.Kind switch
        {
            NodeKind.Double => node.Allowed is not null || !node.Allows(JsonTypes.Integer) || node.Number is { NeedsText: true },
            NodeKind.Int64 => node.Allowed is not null || node.Number is { HasDivisors: true },
            _ => node.HasValueRules,
        };
        (Lowest, Highest) = (node.Number?.SmallestDouble ?? double.NegativeInfinity, node.Number?.LargestDouble ?? double.PositiveInfinity);
        (LowestInteger, HighestInteger) = (node.Number?.SmallestInteger ?? long.MinValue, node.Number?.LargestInteger ?? long.MaxValue);
        if (HasOtherRules)
        {
            // No number is in such a range: all are left to the general reader.
            (Lowest, Highest, LowestInteger, HighestInteger) = (double.NaN, double.NaN, long.MaxValue, long.MinValue);
        }

        Words = node is { Kind: NodeKind.String, Text: null, Allowed: [var allowed] } ? allowed.Words : null;
    }

    public SchemaNode Node { get; }

    public int Slot { get; }

    public ObjectPlan[] Owners { get; }

    public int Producer { get; }

    public Column Target { get; private set; } = null!;

    /// <summary>How the reader takes the value; <see cref="NodeKind.Check"/> leaves it to the general reader.</summary>
    public NodeKind Kind { get; }

    /// <summary>Whether rules beyond a number's range, or any rules for a text, must be checked.</summary>
    public bool HasOtherRules { get; }

    /// <summary>The range of a number: without rules all of them, with <see cref="HasOtherRules"/> none.</summary>
    public double Lowest { get; }

    public double Highest { get; }

    public long LowestInteger { get; }

    public long HighestInteger { get; }

    /// <summary>The texts that an enumeration of short ones allows; null where a text is checked otherwise.</summary>
    public ShortWords? Words { get; }

    /// <summary>The most frequent edge; null where none was learned yet.</summary>
    public LayoutEdge? First { get; private set; }

    /// <summary>The more frequent ones first.</summary>
    public ReadOnlySpan<LayoutEdge> Edges => edges;

    public void Attach(Column[] targets) => Target = Node.Target >= 0 ? targets[Node.Target] : null!;

    /// <summary>Remembers a step from here, if there is room for it.</summary>
    public void Learn(ReadOnlySpan<byte> text, LayoutEdge step)
    {
        if (edges.Length == MostEdges || text.Length > LongestEdge)
        {
            return;
        }

        // Of two of which one begins like the other, the longer must be tried first.
        var at = 0;
        while (at < edges.Length && !text.StartsWith(edges[at].Text))
        {
            at++;
        }

        edges = [.. edges[..at], new LayoutEdge(text, step), .. edges[at..]];
        First = edges[0];
    }

    /// <summary>Counts that an edge was taken which is not the first, and puts it before the one before it when it is the more frequent by now.</summary>
    public void Promote(int index)
    {
        var (before, taken) = (edges[index - 1], edges[index]);
        before.Uses -= before.Uses >> Fading;
        taken.Uses += 1 - (taken.Uses >> Fading);
        if (taken.Uses > before.Uses && !before.Text.AsSpan().StartsWith(taken.Text))
        {
            (edges[index - 1], edges[index]) = (taken, before);
            First = edges[0];
        }
    }

    private static NodeKind KindOf(SchemaNode node) => node.Kind switch
    {
        NodeKind.Int64 or NodeKind.Double or NodeKind.String => node.Kind,
        NodeKind.Boolean when node.Allowed is null => NodeKind.Boolean,
        NodeKind.Time when node.Time!.IsRfc3339 && node.Allows(JsonTypes.String) && HasNoRuleBut(node, TextFormat.DateTime) => NodeKind.Timestamp,
        NodeKind.Timestamp when HasNoRuleBut(node, TextFormat.DateTime) => NodeKind.Timestamp,
        _ => NodeKind.Check,
    };

    private static bool HasNoRuleBut(SchemaNode node, TextFormat format) =>
        node.Allowed is null && (node.Text is null || (node.Text.IsFormatOnly && node.Text.Format == format));
}
