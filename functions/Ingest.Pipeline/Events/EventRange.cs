namespace Ingest.Pipeline.Events;

/// <summary>A range of sequence numbers of one partition, both ends included.</summary>
public readonly record struct EventRange(long First, long Last)
{
    public long Count => Last - First + 1;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>A record's place in its partition's log.</summary>
/// <param name="Sequence">Sequence number of the event.</param>
/// <param name="Index">Position inside the event, from 0.</param>
public readonly record struct RecordPlace(long Sequence, int Index);
