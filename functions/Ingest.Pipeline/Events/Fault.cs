namespace Ingest.Pipeline.Events;

/// <summary>Why a record was refused. The set is bounded: it is a metric tag and a column that people filter by.</summary>
public enum FaultCode
{
    Malformed,
    Schema,
    UnknownStream,
    TooLarge,
    UnsupportedEncoding,
    IdentityMismatch,
    OutOfTimeRange,
    LookupMissing,
    StoreLimit,
    Empty,
    AbsentUpstream,
    Internal,
}

/// <summary>Where in the pipeline the fault was found.</summary>
public enum FaultStage
{
    Route,
    Decode,
    Validate,
    Enrich,
    Store,
    Deliver,
}

/// <summary>A bad event is a value, not an exception: it goes to quarantine with its original bytes.</summary>
/// <param name="Detail">One sentence for a human: what was found and what was expected.</param>
/// <param name="Path">JSON Pointer of the offending value; empty for the root, null where there is none.</param>
public readonly record struct Fault(FaultStage Stage, FaultCode Code, string Detail, string? Path = null);

public static class FaultNames
{
    private static readonly string[] Codes =
    [
        "malformed", "schema", "unknown-stream", "too-large", "unsupported-encoding", "identity-mismatch",
        "out-of-time-range", "lookup-missing", "store-limit", "empty", "absent-upstream", "internal",
    ];

    private static readonly string[] Stages = ["route", "decode", "validate", "enrich", "store", "deliver"];

    /// <summary>The spelling of columns, metric tags and the command line, for example <c>unknown-stream</c>.</summary>
    public static string ToText(this FaultCode code) => Codes[(int)code];

    public static string ToText(this FaultStage stage) => Stages[(int)stage];
}
