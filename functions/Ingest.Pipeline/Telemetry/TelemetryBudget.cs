namespace Ingest.Pipeline.Telemetry;

/// <summary>What of telemetry may be left out to stay within the budget, in the order in which it goes.</summary>
public enum TelemetryKind
{
    /// <summary>Spans go first.</summary>
    Span,

    /// <summary>Log lines below a warning go next.</summary>
    Information,

    /// <summary>Metrics, warnings and errors: never left out, only counted.</summary>
    Essential,
}

/// <summary>
/// Bytes that telemetry may still take: so many a minute and so many for every thousand events. At most one minute's bytes are
/// saved up, and at most one minute's owed. Thread-safe; never blocks for long.
/// </summary>
/// <param name="eventsSoFar">Events received since the process began; asked often.</param>
public sealed class TelemetryBudget(TelemetryOptions options, Func<long> eventsSoFar, TimeProvider time)
{
    private readonly Lock sync = new();
    private long refilledAt = time.GetTimestamp();
    private long eventsPaid = eventsSoFar();
    private double balance = options.BytesPerMinute;

    /// <summary>Whether something of this kind may be begun now. A guess: only <see cref="TrySpend"/> decides.</summary>
    public bool HasRoomFor(TelemetryKind kind)
    {
        lock (sync)
        {
            Refill();
            return balance > FloorOf(kind);
        }
    }

    /// <summary>Takes the bytes, or says no and takes nothing. Never says no to <see cref="TelemetryKind.Essential"/>.</summary>
    public bool TrySpend(TelemetryKind kind, long bytes)
    {
        lock (sync)
        {
            Refill();
            if (kind != TelemetryKind.Essential && balance - bytes < FloorOf(kind))
            {
                return false;
            }

            balance = Math.Max(balance - bytes, -options.BytesPerMinute);
            return true;
        }
    }

    // Spans leave half of a minute to what is worth more.
    private double FloorOf(TelemetryKind kind) => kind switch
    {
        TelemetryKind.Span => options.BytesPerMinute / 2.0,
        TelemetryKind.Information => 0,
        _ => double.NegativeInfinity,
    };

    private void Refill()
    {
        var (now, events) = (time.GetTimestamp(), eventsSoFar());
        var earned = (time.GetElapsedTime(refilledAt, now).TotalMinutes * options.BytesPerMinute)
            + ((events - eventsPaid) / 1000.0 * options.BytesPerThousandEvents);
        balance = Math.Min(balance + earned, options.BytesPerMinute);
        (refilledAt, eventsPaid) = (now, events);
    }
}
