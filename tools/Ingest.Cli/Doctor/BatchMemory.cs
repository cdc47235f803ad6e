namespace Ingest.Cli.Doctor;

/// <summary>How much memory the batches of one instance may take.</summary>
/// <param name="Partitions">Partitions that one instance may own; all of them where it runs alone.</param>
/// <param name="EventBytes">Usual size of an event's body, decompressed.</param>
/// <param name="InstanceMegabytes">Memory of the instance.</param>
public sealed record BatchMemory(int Partitions, int EventBytes, int InstanceMegabytes)
{
    public const int DefaultPartitions = 4;
    public const int DefaultEventBytes = 1024;
    public const int DefaultInstanceMegabytes = 2048;

    /// <summary>An event of a batch exists as AMQP message, as the host's copy of it, in columns and in a segment; a prefetched one only once.</summary>
    public const int CopiesInWork = 4;

    /// <summary>The other half is for runtime, lookups and the keys that <c>latest</c> tables remember.</summary>
    public long AllowedMegabytes => InstanceMegabytes / 2;

    /// <param name="maxBatch">Events of one batch.</param>
    /// <param name="prefetch">Events read ahead a partition.</param>
    public long NeededMegabytes(long maxBatch, long prefetch) => (long)Partitions * EventBytes * ((maxBatch * CopiesInWork) + prefetch) / (1024 * 1024);
}
