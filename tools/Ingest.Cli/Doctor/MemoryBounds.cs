namespace Ingest.Cli.Doctor;

/// <summary>What the user says of the memory of batches; null: take it from the Bicep parameters, else a usual value.</summary>
public sealed record MemoryBounds(int? Partitions, int? EventBytes, int? InstanceMegabytes)
{
    public BatchMemory With(ScaleFile? scale) => new(
        Partitions ?? scale?.PartitionsOfInstance ?? BatchMemory.DefaultPartitions,
        EventBytes ?? BatchMemory.DefaultEventBytes,
        InstanceMegabytes ?? scale?.InstanceMegabytes ?? BatchMemory.DefaultInstanceMegabytes);
}
