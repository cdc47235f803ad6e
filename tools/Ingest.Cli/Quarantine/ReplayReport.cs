namespace Ingest.Cli.Quarantine;

/// <summary>What a replay did.</summary>
public sealed class ReplayReport
{
    /// <summary>How many records are named in <see cref="Problems"/>.</summary>
    private const int MaxProblems = 100;

    private readonly List<ReplayProblem> problems = [];

    public bool DryRun { get; init; }

    /// <summary>Records that the filter took.</summary>
    public long Quarantined { get; set; }

    /// <summary>Events that the hub accepted.</summary>
    public long Sent { get; set; }

    /// <summary>Dry run only: what would have been sent.</summary>
    public long WouldSend { get; set; }

    /// <summary>Sent by an earlier run.</summary>
    public long Already { get; set; }

    /// <summary>The hub may have them or not: a run ended, or its connection did, before the answer came.</summary>
    public long Unknown { get; set; }

    /// <summary>Not sent; <see cref="Problems"/> says why.</summary>
    public long Refused { get; set; }

    /// <summary>Whether the hub could not be reached, so that the rest was left.</summary>
    public bool Stopped { get; set; }

    public double Seconds { get; set; }

    /// <summary>The first hundred.</summary>
    public IReadOnlyList<ReplayProblem> Problems => problems;

    public void Add(string origin, string reason)
    {
        if (problems.Count < MaxProblems)
        {
            problems.Add(new ReplayProblem(origin, reason));
        }
    }
}

/// <param name="Reason">One sentence.</param>
public sealed record ReplayProblem(string Origin, string Reason);
