using System.Text.Json.Serialization;

namespace Ingest.Cli.Chaos;

/// <summary>The answer of <c>ingest chaos</c>; units as in every JSON of the command line.</summary>
/// <param name="Sent">Events that the hub took.</param>
/// <param name="Kills">Function apps ended by SIGKILL or SIGTERM.</param>
/// <param name="Faults">Actions of the plan that were carried out, by kind.</param>
/// <param name="StorageRequestsHit">Storage requests that a fault hit.</param>
/// <param name="UnexpectedExits">Function apps that ended although nobody ended them.</param>
/// <param name="FunctionTimeouts">Attempts that ran into the function timeout.</param>
/// <param name="BatchesSkipped">Failed batches behind which a host moved its checkpoint.</param>
/// <param name="RecoverySeconds">From the end of all faults until everything was durable and visible; null: it never was.</param>
/// <param name="PeakMemoryMB">Largest resident memory of any one function app.</param>
/// <param name="Problems">What else is wrong, a sentence each; null: nothing.</param>
public sealed record ChaosResult(
    int Seed, double Minutes, long Sent, long Received, long Written, long Quarantined, long Filtered, long Missing, long Duplicates,
    long Pending, int Kills, long Uncommitted, long Absent, IReadOnlyDictionary<string, int> Faults, long StorageRequestsHit, int UnexpectedExits,
    int FunctionTimeouts, int BatchesSkipped, double? RecoverySeconds, double Seconds, double EventsPerSecond, double PeakMemoryMB,
    IReadOnlyList<string>? Problems)
{
    /// <summary>Whether every event that the hub took is at rest exactly once.</summary>
    [JsonIgnore]
    public bool IsClean => Received == Sent && Written + Quarantined + Filtered == Sent && Problems is null
        && this is { Sent: > 0, Missing: 0, Duplicates: 0, Pending: 0, Uncommitted: 0, Absent: 0, UnexpectedExits: 0, RecoverySeconds: not null };
}
