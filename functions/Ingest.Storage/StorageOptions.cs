namespace Ingest.Storage;

/// <summary>Bounds and names of what lies in Azure Storage; settings <c>Ingest__Storage__*</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>Container of the lake's segments; default <c>lake</c>.</summary>
    public string LakeContainer { get; set; } = "lake";

    /// <summary>Container of the quarantine's segments; default <c>quarantine</c>.</summary>
    public string QuarantineContainer { get; set; } = "quarantine";

    /// <summary>Table of the progress rows; default <c>IngestProgress</c>.</summary>
    public string ProgressTable { get; set; } = "IngestProgress";

    /// <summary>Table of the quarantine's summary rows; default <c>IngestQuarantine</c>.</summary>
    public string QuarantineTable { get; set; } = "IngestQuarantine";

    /// <summary>Table of what was sent again from the quarantine; default <c>IngestReplays</c>.</summary>
    public string ReplayTable { get; set; } = "IngestReplays";

    /// <summary>Rows of one Parquet row group; default 131,072, 1,000–10,000,000.</summary>
    public int RowGroupRows { get; set; } = 131_072;

    /// <summary>Largest segment in bytes; default 512 MiB, 1 MiB–2 GiB. Batches are bounded far below it.</summary>
    public long MaxSegmentBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Segments being built or sent at once, over all partitions of the instance; default 16, 1–256. Bounds memory.</summary>
    public int MaxSegmentsInFlight { get; set; } = 16;

    /// <summary>Table transactions under way or built at once, over all partitions of the instance; default 128, 1–512. Bounds memory.</summary>
    public int MaxTransactionsInFlight { get; set; } = 128;

    /// <summary>Keys whose newest record a <c>latest</c> table remembers; default 100,000, 0–10,000,000.</summary>
    public int LatestCacheKeys { get; set; } = 100_000;

    /// <summary>Time that one request may take before it is tried again; default 60 s, 1 s–10 min.</summary>
    public TimeSpan NetworkTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Requests to one account at once when the process starts; adapts from there. Default 16, 1–<see cref="MaxConcurrency"/>.</summary>
    public int InitialConcurrency { get; set; } = 16;

    /// <summary>Most requests to one account at once, over all partitions of the instance; default 200, 1–4,096.</summary>
    public int MaxConcurrency { get; set; } = 200;

    /// <summary>How long nothing must have succeeded until the service counts as down; default 5 s, 500 ms–5 min.</summary>
    public TimeSpan OutageAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a request waits for a service that is down before it fails; default 5 min, 0–10 min, because its signature
    /// expires after 15. The longer, the sooner the partition goes on after an outage.
    /// </summary>
    public TimeSpan OutageWait { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Retries that the account's requests may have in reserve together; default 100, 1–100,000.</summary>
    public int RetryBudget { get; set; } = 100;

    /// <summary>Retries that one successful request adds to the reserve; default 0.2, 0.01–1.</summary>
    public double RetryRatio { get; set; } = 0.2;

    /// <summary>Retries of one request, exponential from 200 ms; default 5, 0–20. Beyond them the partition holds.</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>Longest pause between two retries; default 10 s, 200 ms–5 min.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections to one storage endpoint; default 200, 4–4,096.</summary>
    public int MaxConnections { get; set; } = 200;
}
