namespace Ingest.Cli.Plan;

/// <summary>How fast instances of one size work off events of the hub: the measured cost of a record, and the host's of an event.</summary>
/// <param name="NanosecondsPerEvent">Processor time of one event of the hub, on one core.</param>
/// <param name="Cores">Of one instance.</param>
/// <param name="InvocationSeconds">Of a batch, however small: storage requests that follow one another.</param>
public sealed record ProcessingCost(double NanosecondsPerEvent, double Cores, double InvocationSeconds)
{
    public static ProcessingCost Of(Workload load, double cores, Assumptions a)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(a);
        var recordBytes = (double)load.RecordsPerEvent * load.Bytes;
        var nanoseconds = a.HostNanosecondsPerEvent + (a.HostNanosecondsPerByte * load.HubEventBytes)
            + (a.RecordNanosecondsPerByte * recordBytes)
            + (load.CompressionRatio > 1 ? a.DecompressNanosecondsPerByte * recordBytes : 0)
            + (load.RecordsPerEvent * load.TableRows * a.TableRowNanoseconds);
        return new ProcessingCost(nanoseconds, cores, a.InvocationMilliseconds / 1000);
    }

    /// <summary>Events a second of one busy instance.</summary>
    public double InstanceRate => Cores * 1e9 / NanosecondsPerEvent;

    /// <summary>Seconds that a batch takes on an instance that works on this many partitions at once.</summary>
    public double Invocation(double events, double partitionsOfInstance) =>
        InvocationSeconds + (events * NanosecondsPerEvent / 1e9 * Math.Max(1, partitionsOfInstance / Cores));

    /// <summary>Events a second of one partition that has a core to itself: one batch at a time.</summary>
    public double PartitionRate(int batch) => batch / Invocation(batch, 1);

    /// <summary>Events a second of all partitions: of the busiest instance, times its share.</summary>
    public double Rate(int partitions, int instances, int batch) =>
        partitions * Math.Min(PartitionRate(batch), InstanceRate / Math.Ceiling((double)partitions / instances));
}
