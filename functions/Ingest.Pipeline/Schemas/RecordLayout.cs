using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// What a reader has learned of how producers lay their records out: which bytes stand between one value and the next. A graph of
/// the schema's values; a record is a walk through it. Whatever it leads to, the reader still checks: only where a value begins
/// and which one it is are guesses. Not thread-safe: one a reader.
/// </summary>
internal sealed class RecordLayout
{
    private const int BestScore = 16;
    private const int FirstPause = 64;
    private const int LongestPause = 1024;
    private readonly LayoutState?[][] statesOf;
    private readonly Column[] targets;
    private int score;
    private int pause;
    private int nextPause = FirstPause;

    /// <param name="targets">The reader's columns, filled in before it reads.</param>
    public RecordLayout(CompiledSchema schema, Column[] targets)
    {
        this.targets = targets;
        Start = new LayoutState(schema.Root, schema.Root.Object!.Slot, [schema.Root.Object], producer: 0);

        // One for each way a record may begin, and one for all that begin otherwise.
        statesOf = [.. Enumerable.Range(0, LayoutState.MostEdges + 1).Select(_ => new LayoutState?[schema.Plan.SlotCount])];
        Unlearned = new LayoutEdge(schema.Plan.SlotCount);
    }

    /// <summary>Where every record begins.</summary>
    public LayoutState Start { get; }

    /// <summary>For a step that is made but not remembered.</summary>
    public LayoutEdge Unlearned { get; }

    /// <summary>Whether the next record is worth a try. Those of a stream that never repeats a layout would all be read twice.</summary>
    public bool ShouldTry()
    {
        if (pause == 0)
        {
            return true;
        }

        pause--;
        return false;
    }

    public void Hit()
    {
        score = Math.Min(score + 1, BestScore);
        nextPause = FirstPause;
    }

    /// <summary>A record was begun in vain.</summary>
    public void Miss()
    {
        // What a try in vain costs is about twice what a good one saves.
        score -= 2;
        if (score <= -BestScore)
        {
            (pause, nextPause, score) = (nextPause, Math.Min(nextPause * 2, LongestPause), 0);
        }
    }

    /// <summary>Columns have changed.</summary>
    public void Attach()
    {
        foreach (var states in statesOf)
        {
            foreach (var state in states)
            {
                state?.Attach(targets);
            }
        }
    }

    /// <summary>The place of a property whose objects, from the record's root on, are given.</summary>
    /// <param name="from">The place that leads to it. Records that begin alike are taken for one producer's, whose ways are kept apart from others'.</param>
    public LayoutState StateOf(LayoutState from, ReadOnlySpan<ObjectPlan> owners, int index)
    {
        var producer = from == Start ? Start.Edges.Length : from.Producer;
        var states = statesOf[producer];
        var slot = owners[^1].Slot + 1 + index;
        if (states[slot] is { } known)
        {
            return known;
        }

        var state = new LayoutState(owners[^1].Properties[index].Node!, slot, owners.ToArray(), producer);
        state.Attach(targets);
        return states[slot] = state;
    }
}
