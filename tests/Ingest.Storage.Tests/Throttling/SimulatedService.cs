namespace Ingest.Storage.Tests.Throttling;

/// <summary>When a simulated request is answered (s), and whether with success.</summary>
internal readonly record struct SimulatedAnswer(double At, bool IsSuccess);

/// <summary>A service in simulated time. Requests are sent in the order of time; <c>inService</c> counts the one that is sent.</summary>
internal abstract class SimulatedService
{
    public abstract SimulatedAnswer Send(double now, int inService);
}

/// <summary>The time of an answer is a function of time, load and chance alone.</summary>
internal sealed class DelayService(Func<double, int, double> seconds, Func<double, bool>? isDown = null) : SimulatedService
{
    /// <summary>A refused connection.</summary>
    private const double Refusal = 0.02;

    public override SimulatedAnswer Send(double now, int inService) =>
        isDown?.Invoke(now) == true ? new(now + Refusal, false) : new(now + seconds(now, inService), true);
}

/// <summary>Some servers and a queue before them; whoever finds the queue too long is refused at once.</summary>
internal sealed class QueueService(int servers, Func<double, double> seconds, int longestQueue = int.MaxValue) : SimulatedService
{
    private const double Refusal = 0.01;

    private readonly PriorityQueue<int, double> freeAt = new(Enumerable.Range(0, servers).Select(i => (i, 0.0)));
    private readonly Queue<double> starts = new();

    public override SimulatedAnswer Send(double now, int inService)
    {
        while (starts.TryPeek(out var first) && first <= now)
        {
            starts.Dequeue();
        }

        if (starts.Count >= longestQueue)
        {
            return new(now + Refusal, false);
        }

        freeAt.TryPeek(out var server, out var free);
        var start = Math.Max(now, free);
        var end = start + seconds(start);
        freeAt.DequeueEnqueue(server, end);
        starts.Enqueue(start);
        return new(end, true);
    }
}

/// <summary>Refuses what exceeds a rate, by a bucket that holds a quarter of a second's worth.</summary>
internal sealed class RateLimitedService(double perSecond, double seconds) : SimulatedService
{
    private const double Refusal = 0.01;

    private double tokens = perSecond / 4;
    private double filledAt;

    public override SimulatedAnswer Send(double now, int inService)
    {
        tokens = Math.Min(perSecond / 4, tokens + ((now - filledAt) * perSecond));
        filledAt = now;
        if (tokens < 1)
        {
            return new(now + Refusal, false);
        }

        tokens--;
        return new(now + seconds, true);
    }
}
