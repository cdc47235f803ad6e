namespace Ingest.Cli.Demo;

/// <summary>What the user asked of <c>ingest demo</c>.</summary>
public sealed record DemoOptions
{
    public const int DefaultEvents = 220_000;

    /// <summary>Broken events sent on top of the good ones.</summary>
    public const int BrokenCount = 500;

    /// <summary>Good events; the data is cut or cycled to this many. Default 220,000, 1–10,000,000.</summary>
    public int Events { get; init; } = DefaultEvents;

    /// <summary>Partitions of the hub. Default 4, 1–32.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>Whether the function app is killed twice on the way and started again.</summary>
    public bool Kill { get; init; }

    /// <summary>Whether everything is left running.</summary>
    public bool Keep { get; init; }

    public int Sent => Events + BrokenCount;
}

/// <summary>The answer of <c>ingest demo</c>; units as in every JSON of the command line.</summary>
public sealed record DemoResult(
    long Sent, long Received, long Written, long Quarantined, long Filtered, long Missing, long Duplicates, long OutOfOrder,
    long Pending, long Gaps, double Seconds, double EventsPerSecond, double PeakMemoryMB)
{
    /// <summary>Whether every event sent is accounted for exactly once.</summary>
    public bool IsComplete(DemoOptions options) =>
        Sent == options.Sent && Received == Sent && Written + Quarantined + Filtered == Sent
        && this is { Missing: 0, Duplicates: 0, OutOfOrder: 0, Pending: 0 };
}
