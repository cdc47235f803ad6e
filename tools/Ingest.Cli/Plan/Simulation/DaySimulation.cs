namespace Ingest.Cli.Plan.Simulation;

/// <summary>What the simulated platform is made of.</summary>
/// <param name="HubEventsPerSecond">Average of the day.</param>
/// <param name="Egress">Events a second that the namespace gives out.</param>
/// <param name="WaitSeconds"><c>maxWaitTime</c>: how long the host collects a batch.</param>
public sealed record SimulatedApp(
    double HubEventsPerSecond, double Peak, int Partitions, int Batch, int Threshold, int AlwaysReady, ProcessingCost Cost, double Egress, double WaitSeconds);

/// <summary>Runs the scale formula over a day, second by second. Deterministic.</summary>
public sealed class DaySimulation(SimulatedApp app, Assumptions assumptions)
{
    private readonly DayOfLoad load = new(app.Peak);
    private readonly double[] arrived = new double[DayOfLoad.Seconds + 1];
    private readonly Queue<(int ReadyAt, int Count)> starting = new();
    private int instances = Math.Max(1, app.AlwaysReady);
    private int oldest;
    private int lastScaleOut = int.MinValue / 2;

    /// <param name="hasOutage">Without it, the day is one of those that a month's bill is made of.</param>
    public SimulatedDay Run(bool hasOutage = true)
    {
        var (lag, level, count) = (new double[DayOfLoad.Seconds], new double[DayOfLoad.Seconds], new int[DayOfLoad.Seconds]);
        var done = 0.0;
        for (var second = 0; second < DayOfLoad.Seconds; second++)
        {
            var rate = app.HubEventsPerSecond * load.At(second);
            arrived[second + 1] = arrived[second] + rate;
            while (starting.TryPeek(out var next) && next.ReadyAt <= second)
            {
                instances += starting.Dequeue().Count;
            }

            var isOutage = hasOutage && DayOfLoad.IsOutage(second);
            var speed = isOutage ? 0 : Math.Min(app.Egress, app.Cost.Rate(app.Partitions, instances, app.Batch));
            done = Math.Min(arrived[second + 1], done + speed);

            var perPartition = Math.Min(app.Batch, rate * app.WaitSeconds / app.Partitions);
            var cycle = app.WaitSeconds + app.Cost.Invocation(perPartition, Math.Ceiling((double)app.Partitions / instances));
            if (second % (int)assumptions.DecisionSeconds == 0)
            {
                // Read and not checkpointed yet counts as unprocessed, too.
                Decide(second, arrived[second + 1] - done + (rate * cycle));
            }

            (lag[second], level[second], count[second]) = (Age(second, done) + cycle, rate, instances + starting.Sum(s => s.Count));
        }

        return new SimulatedDay(lag, level, count, app.AlwaysReady);
    }

    private void Decide(int second, double unprocessed)
    {
        var target = Math.Max(ScaleController.Target(unprocessed, app.Threshold, app.Partitions), Math.Max(1, app.AlwaysReady));
        var current = instances + starting.Sum(s => s.Count);
        if (target > current)
        {
            starting.Enqueue((second + (int)assumptions.StartSeconds, target - current));
            lastScaleOut = second;
        }
        else if (target < current && starting.Count == 0 && second - lastScaleOut >= assumptions.ScaleInRestSeconds)
        {
            instances = target;
        }
    }

    // Seconds since the oldest event that is not done arrived.
    private double Age(int second, double done)
    {
        while (oldest <= second && arrived[oldest + 1] <= done)
        {
            oldest++;
        }

        return second + 1 - Math.Min(oldest, second + 1);
    }
}
