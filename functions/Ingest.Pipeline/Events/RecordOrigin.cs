namespace Ingest.Pipeline.Events;

/// <summary>Identity of a record everywhere: columns, table keys, quarantine. In text <c>{hub}/{partition}/{epoch}/{sequence}/{index}</c>.</summary>
/// <param name="Epoch">Incarnation of the hub, from 1: a hub that was deleted and created again reuses sequence numbers.</param>
/// <param name="Sequence">Sequence number of the event in its partition.</param>
/// <param name="Index">Position of the record inside the event, from 0.</param>
public readonly record struct RecordOrigin(PartitionId Partition, int Epoch, long Sequence, int Index)
{
    public override string ToString() => $"{Partition.Hub}/{Partition.Number}/{Epoch}/{Sequence}/{Index}";
}
