namespace Ingest.Cli.Chaos.Plan;

/// <summary>What can be broken.</summary>
public enum ChaosKind
{
    /// <summary>SIGKILL to a function app; started again after the duration.</summary>
    KillApp,

    /// <summary>SIGTERM to a function app; started again after the duration.</summary>
    TerminateApp,

    /// <summary>SIGSTOP, and SIGCONT after the duration: a zombie that believes it still owns its partitions.</summary>
    PauseApp,

    /// <summary>Every connection to the hub is reset.</summary>
    DropConnections,

    /// <summary>The hub lets nobody in, and resets who is in.</summary>
    HubDown,

    /// <summary>Everything from the hub arrives late.</summary>
    HubLatency,

    /// <summary>The hub's clock goes wrong, forwards or back.</summary>
    HubClock,

    /// <summary>A partition's receiver is detached as if another owner had come.</summary>
    StealPartition,

    /// <summary>Events are delivered twice.</summary>
    DeliverTwice,

    /// <summary>The hub rejects what producers send.</summary>
    RejectSends,

    /// <summary>The hub detaches every receiver.</summary>
    DetachReceivers,

    /// <summary>The hub refuses new links.</summary>
    RefuseAttaches,

    /// <summary>Storage answers late.</summary>
    StorageDelay,

    /// <summary>Storage answers 429 or 503 with <c>Retry-After</c>.</summary>
    StorageThrottle,

    /// <summary>The connection is cut after the request was carried out: its answer is lost.</summary>
    StorageAnswerLost,

    /// <summary>The connection is cut before the request is carried out.</summary>
    StorageRequestLost,

    /// <summary>The connection is cut, and the request is carried out some time later.</summary>
    StorageLateRequest,

    /// <summary>Storage accepts requests and never answers.</summary>
    StorageSilent,

    /// <summary>Storage accepts requests and never answers, for longer than a function may run.</summary>
    FunctionTimeout,

    /// <summary>Storage resets every connection.</summary>
    StorageDown,

    /// <summary>Storage and hub are down at once.</summary>
    Outage,
}
