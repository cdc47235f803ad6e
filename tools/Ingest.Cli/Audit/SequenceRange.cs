namespace Ingest.Cli.Audit;

/// <summary>Sequence numbers from <paramref name="First"/> to <paramref name="Last"/>, both included; empty where Last &lt; First.</summary>
public readonly record struct SequenceRange(long First, long Last)
{
    public long Count => Math.Max(0, Last - First + 1);

    public bool IsEmpty => Last < First;

    public SequenceRange Intersect(SequenceRange other) => new(Math.Max(First, other.First), Math.Min(Last, other.Last));

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
