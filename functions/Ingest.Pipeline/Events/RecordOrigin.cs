using System.Globalization;

namespace Ingest.Pipeline.Events;

/// <summary>Identity of a record everywhere: columns, table keys, quarantine. In text <c>{hub}/{partition}/{epoch}/{sequence}/{index}</c>.</summary>
/// <param name="Epoch">Incarnation of the hub, from 1: a hub that was deleted and created again reuses sequence numbers.</param>
/// <param name="Sequence">Sequence number of the event in its partition.</param>
/// <param name="Index">Position of the record inside the event, from 0.</param>
public readonly record struct RecordOrigin(PartitionId Partition, int Epoch, long Sequence, int Index)
{
    /// <summary>Reads the text back; null where it is none. The namespace, which the text lacks, is empty.</summary>
    public static RecordOrigin? TryParse(string? text)
    {
        var parts = text?.Split('/') ?? [];
        return parts is [{ Length: > 0 } hub, _, _, _, _]
            && TryNumber(parts[1], out var partition) && partition <= int.MaxValue && TryNumber(parts[2], out var epoch) && epoch <= int.MaxValue
            && TryNumber(parts[3], out var sequence) && TryNumber(parts[4], out var index) && index <= int.MaxValue
                ? new RecordOrigin(new PartitionId("", hub, (int)partition), (int)epoch, sequence, (int)index)
                : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Partition.Hub}/{Partition.Number}/{Epoch}/{Sequence}/{Index}");

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
