namespace Ingest.Cli.Plan;

/// <summary>What is to be ingested.</summary>
/// <param name="EventsPerSecond">What devices produce, averaged over the day, before packing.</param>
/// <param name="Bytes">Of one of them.</param>
/// <param name="RecordsPerEvent">How many of them producers pack into one event of the hub.</param>
/// <param name="CompressionRatio">By how much producers compress an event's body; 1: not at all.</param>
/// <param name="Peak">The highest rate of the day, as a multiple of the average.</param>
/// <param name="TargetLag">Age an event may reach before it is durable, but for outages.</param>
/// <param name="TableRows">Rows written to Table Storage per record; <c>latest</c> collapses a batch to its devices.</param>
public sealed record Workload(
    double EventsPerSecond, int Bytes, int RecordsPerEvent, double CompressionRatio, double Peak, TimeSpan TargetLag, double TableRows)
{
    /// <summary>Limit of one event on Standard and Premium.</summary>
    public const int MaxEventBytes = 1_000_000;

    /// <summary>Events of the hub, average.</summary>
    public double HubEventsPerSecond => EventsPerSecond / RecordsPerEvent;

    public double PeakHubEventsPerSecond => HubEventsPerSecond * Peak;

    /// <summary>Of one event of the hub, as it is sent.</summary>
    public double HubEventBytes => RecordsPerEvent * (double)Bytes / CompressionRatio;

    /// <summary>Millions of bytes a second, average, as sent.</summary>
    public double Megabytes => HubEventsPerSecond * HubEventBytes / 1e6;

    public double PeakMegabytes => Megabytes * Peak;

    public double TableRowsPerSecond => EventsPerSecond * TableRows;

    public double PeakTableRowsPerSecond => TableRowsPerSecond * Peak;

    /// <summary>The part of one of several equal deployments.</summary>
    public Workload Share(int namespaces) => this with { EventsPerSecond = EventsPerSecond / namespaces };
}
