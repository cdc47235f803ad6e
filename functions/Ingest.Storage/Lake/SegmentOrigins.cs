namespace Ingest.Storage.Lake;

/// <summary>The origin columns of one segment; all arrays have one entry a row, those of quarantine are empty for the lake.</summary>
public sealed class SegmentOrigins
{
    public required int[] Epoch { get; init; }

    public required int[] Partition { get; init; }

    public required long[] Sequence { get; init; }

    /// <summary>Position of the record inside its event, from 0.</summary>
    public required long[] Index { get; init; }

    /// <summary>End of the range for <c>absent-upstream</c>, else the same as <see cref="Sequence"/>.</summary>
    public required long[] LastSequence { get; init; }

    /// <summary>Lake only: the record's own id, or the text of its origin; empty unless it was asked for.</summary>
    public string[] Id { get; init; } = [];

    /// <summary>When the event was enqueued, Unix milliseconds; empty unless it was asked for.</summary>
    public long[] EnqueuedUnixMs { get; init; } = [];

    /// <summary>Quarantine only: the stream it was routed to; null where routing failed.</summary>
    public required string?[] Stream { get; init; }

    /// <summary>Quarantine only: the fault code.</summary>
    public required string[] Code { get; init; }

    /// <summary>Quarantine only: whether the whole event was refused.</summary>
    public required bool[] IsWholeEvent { get; init; }

    /// <summary>Whether the stream sorts its segments by columns of its own; false where rows stand in the order of the log.</summary>
    public bool IsSorted { get; init; }

    public int Rows => Sequence.Length;
}
