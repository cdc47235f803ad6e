using Ingest.LocalWorker.Invocation;

namespace Ingest.LocalWorker.Settings;

/// <summary>What <c>host.json</c> says, with the official defaults.</summary>
internal sealed record HostSettings
{
    public EventHubsSettings EventHubs { get; init; } = new();

    /// <summary>How long one attempt may take; null is unlimited.</summary>
    public TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>For functions without a retry attribute; null is no retry.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>What comes before every route.</summary>
    public string RoutePrefix { get; init; } = "api";
}

/// <summary><c>extensions.eventHubs</c> of <c>host.json</c>.</summary>
internal sealed record EventHubsSettings
{
    /// <summary>Events a batch can hold, at least 1.</summary>
    public int MaxEventBatchSize { get; init; } = 100;

    /// <summary>Events to wait for, below <see cref="MaxEventBatchSize"/>.</summary>
    public int MinEventBatchSize { get; init; } = 1;

    /// <summary>How long to wait for <see cref="MinEventBatchSize"/>, at most 10 minutes.</summary>
    public TimeSpan MaxWaitTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Batches between two checkpoints, at least 1.</summary>
    public int BatchCheckpointFrequency { get; init; } = 1;

    /// <summary>Events read ahead per partition.</summary>
    public int PrefetchCount { get; init; } = 300;

    public InitialOffset InitialOffset { get; init; } = InitialOffset.FromStart;

    /// <summary>For <see cref="InitialOffset.FromEnqueuedTime"/>.</summary>
    public DateTimeOffset? EnqueuedTime { get; init; }
}

/// <summary>Where to begin in a partition without a checkpoint.</summary>
internal enum InitialOffset
{
    FromStart,
    FromEnd,
    FromEnqueuedTime,
}
