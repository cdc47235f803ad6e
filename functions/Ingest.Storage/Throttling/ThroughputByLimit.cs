namespace Ingest.Storage.Throttling;

/// <summary>
/// What was lately achieved at which limit. Response times alone do not show that a service gets less done the more is asked of
/// it: their baseline follows them, a step at a time.
/// </summary>
internal sealed class ThroughputByLimit
{
    /// <summary>Samples without which a step is not compared: at low limits an interval has few, and they may be noisy.</summary>
    private const int Needed = 150;

    /// <summary>Limits of one step differ by this factor; a decrease goes down two of them.</summary>
    private const double Step = 1 / 0.95;

    /// <summary>Lower steps to compare with.</summary>
    private const int Reach = 4;

    private const double Loss = 0.95;

    // Older than this is a different service.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly (double Work, double Time, int Count, TimeSpan At)[] steps;

    public ThroughputByLimit(int most) => steps = new (double, double, int, TimeSpan)[StepOf(most) + 1];

    /// <param name="count">Requests of an interval in which the limit was reached.</param>
    /// <param name="typical">Seconds that such requests take from an idle service.</param>
    /// <param name="actual">Seconds that these took.</param>
    public void Add(TimeSpan now, int limit, int count, double typical, double actual)
    {
        ref var step = ref steps[StepOf(limit)];
        if (now - step.At > Memory)
        {
            step = default;
        }

        step = (step.Work + (limit * typical), step.Time + actual, step.Count + count, now);
        if (step.Count > 2 * Needed)
        {
            // The latest counts most.
            step = (step.Work / 2, step.Time / 2, step.Count / 2, now);
        }
    }

    /// <summary>Whether a slightly lower limit lately achieved clearly more.</summary>
    public bool WasHigherBelow(TimeSpan now, int limit)
    {
        var step = StepOf(limit);
        if (Fresh(step, now) is not { } here)
        {
            return false;
        }

        for (var below = Math.Max(0, step - Reach); below < step; below++)
        {
            if (Fresh(below, now) is { } there && here < there * Loss)
            {
                return true;
            }
        }

        return false;
    }

    private double? Fresh(int step, TimeSpan now) =>
        steps[step] is { Count: >= Needed } known && now - known.At <= Memory ? known.Work / known.Time : null;

    private static int StepOf(int limit) => (int)Math.Round(Math.Log(limit, Step));
}
