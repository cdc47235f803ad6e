namespace Ingest.Storage.Throttling;

internal enum CircuitState
{
    Closed,
    HalfOpen,
    Open,
}

/// <summary>Whether a request may go to a service now.</summary>
/// <param name="Wait">How long to wait at most before asking again; null: go.</param>
/// <param name="IsProbe">A request that finds out whether an outage is over.</param>
internal readonly record struct Admission(TimeSpan? Wait, bool IsProbe);

/// <summary>
/// Opens when nothing has succeeded for a while, then lets a probe through now and then; also keeps the pauses that the service
/// asks for. Pure: the caller says what time it is. Not thread-safe.
/// </summary>
/// <param name="outageAfter">How long everything must have failed before the circuit opens.</param>
/// <param name="jitter">0–1, uniform; spreads the probes of many instances.</param>
internal sealed class Circuit(TimeSpan outageAfter, Func<double> jitter)
{
    /// <summary>A single request that fails slowly is no outage.</summary>
    private const int LeastFailures = 5;

    private static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(500);

    // Partitions shall go on within 5 s of a recovery.
    public static readonly TimeSpan LastProbe = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private TimeSpan lastSuccess = TimeSpan.MinValue;
    private TimeSpan recoveredAt = TimeSpan.MinValue;
    private TimeSpan failingSince;
    private TimeSpan probeAt;
    private TimeSpan probeDelay;
    private TimeSpan pausedUntil = TimeSpan.MinValue;
    private int failures;

    public CircuitState State { get; private set; }

    /// <summary>Failures without a success between them, as long as the circuit is closed.</summary>
    public int Failures => failures;

    /// <summary>When the first of them began.</summary>
    public TimeSpan FailingSince => failingSince;

    /// <param name="mayProbe">False for a request that cannot be the probe, because it already holds what the probe must not wait for.</param>
    public Admission Admit(TimeSpan now, bool mayProbe = true)
    {
        if (now < pausedUntil)
        {
            return new(pausedUntil - now, false);
        }

        switch (State)
        {
            case CircuitState.Closed:
                return new(null, false);
            case var _ when mayProbe && now >= probeAt:
                // A probe may hang until it times out, long after the service has come back, so another one goes by then.
                (State, probeAt) = (CircuitState.HalfOpen, now + LastProbe);
                return new(null, true);
            default:
                return new(now < probeAt ? probeAt - now : TimeSpan.Zero, false);
        }
    }

    /// <summary>The service answered, whatever it said, except that it is overloaded or broken.</summary>
    public void Succeeded(TimeSpan now)
    {
        recoveredAt = State == CircuitState.Closed ? recoveredAt : now;
        (lastSuccess, failures, State) = (now, 0, CircuitState.Closed);
    }

    /// <param name="sent">When the failed request was sent.</param>
    /// <param name="retryAfter">What the service asks for; at most 30 s of it are kept.</param>
    public void Failed(TimeSpan now, TimeSpan sent, bool isProbe, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } pause)
        {
            var until = now + (pause < LongestPause ? pause : LongestPause);
            pausedUntil = until > pausedUntil ? until : pausedUntil;
        }

        if (sent < recoveredAt)
        {
            // What hung in an outage that is over.
            return;
        }

        if (isProbe)
        {
            Open(now, probeDelay * 2);
        }
        else if (State == CircuitState.Closed)
        {
            if (failures++ == 0)
            {
                // Time-outs of 60 s that end together are an outage of 60 s, not one that begins now.
                failingSince = sent > lastSuccess ? sent : lastSuccess;
            }

            if (failures >= LeastFailures && now - failingSince >= outageAfter)
            {
                Open(now, FirstProbe);
            }
        }
    }

    /// <summary>The caller gave the probe up, so that it says nothing; the next one may go at once.</summary>
    public void ProbeAbandoned(TimeSpan now)
    {
        if (State == CircuitState.HalfOpen)
        {
            (State, probeAt) = (CircuitState.Open, now);
        }
    }

    private void Open(TimeSpan now, TimeSpan delay)
    {
        probeDelay = delay < LastProbe ? delay : LastProbe;
        probeAt = now + (probeDelay * (0.75 + (0.25 * jitter())));
        State = CircuitState.Open;
    }
}
