using Ingest.Cli.Chaos.Plan;

namespace Ingest.Cli.Chaos;

/// <summary>What the user asked of <c>ingest chaos</c>.</summary>
public sealed record ChaosOptions
{
    /// <summary>Everything random comes from it; default 1, not negative.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long events are sent and things break; default 1, 0.1–1,440, fractions allowed.</summary>
    public double Minutes { get; init; } = 1;

    /// <summary>Function apps; default 3, 1–8.</summary>
    public int Apps { get; init; } = 3;

    /// <summary>Partitions of the hub; default 8, 1–32.</summary>
    public int Partitions { get; init; } = 8;

    /// <summary>Most events sent a second; default 10,000, 1–1,000,000. Sending waits where the apps fall too far behind.</summary>
    public int Rate { get; init; } = 10_000;

    /// <summary>Seconds from one blow to the next, on average; default 1.8, 0.2–600. Function timeouts and the long outage come beside.</summary>
    public double Gap { get; init; } = ChaosPlan.DefaultGap;

    /// <summary>Folder that gets the report; null: none.</summary>
    public string? Write { get; init; }

    public TimeSpan Length => TimeSpan.FromMinutes(Minutes);
}
