namespace Ingest.Testing.Delivery;

/// <summary>One process of the function app, as the network sees it.</summary>
public sealed class SimulatedProcess
{
    /// <summary>Nothing of it may have any effect any more.</summary>
    public bool Dead { get; set; }

    public CancellationTokenSource Invocation { get; set; } = new();
}

/// <summary>
/// Requests that fail, time out and land later or never, lose their response, are cancelled, or are the last thing their
/// process did. The calling process is the current one of the logical call.
/// </summary>
public sealed class HostileNetwork(SeededScheduler scheduler) : INetwork
{
    private static readonly AsyncLocal<SimulatedProcess?> Caller = new();

    private readonly List<Action> late = [];

    public static SimulatedProcess Process
    {
        get => Caller.Value ?? throw new InvalidOperationException("No process runs here.");
        set => Caller.Value = value;
    }

    /// <summary>The world has stopped being hostile.</summary>
    public bool Calm { get; private set; }

    public int Failures { get; private set; }

    public async Task<T> CallAsync<T>(string step, Func<T> effect)
    {
        var process = Process;
        await Task.Yield();
        ThrowIfDead(process);
        if (!Calm)
        {
            Misfortune(process, step, effect);
        }

        var result = effect();
        await Task.Yield();
        ThrowIfDead(process);
        return result;
    }

    /// <summary>A request whose caller gave up long ago reaches the store.</summary>
    public void LandOne()
    {
        if (late.Count > 0)
        {
            var index = scheduler.Random.Next(late.Count);
            var effect = late[index];
            late.RemoveAt(index);
            effect();
        }
    }

    /// <summary>What was under way reaches nobody any more.</summary>
    public void LoseLate() => late.Clear();

    public void BecomeCalm()
    {
        LoseLate();
        Calm = true;
    }

    private void Misfortune<T>(SimulatedProcess process, string step, Func<T> effect)
    {
        var luck = scheduler.Random.NextDouble();
        if (luck > 0.12)
        {
            return;
        }

        Failures++;
        switch (luck)
        {
            case < 0.03:
                throw new IOException($"{step} failed");
            case < 0.06 when step is "commit" or "publish" or "stage" or "insert" or "write":
                late.Add(() => effect());
                throw new TimeoutException($"{step} timed out and may land later");
            case < 0.08:
                effect();
                throw new TimeoutException($"the response of {step} was lost");
            case < 0.10:
                process.Invocation.Cancel();
                throw new OperationCanceledException(process.Invocation.Token);
            case < 0.11:
                process.Dead = true;
                throw new ProcessDiedException();
            default:
                effect();
                process.Dead = true;
                throw new ProcessDiedException();
        }
    }

    private static void ThrowIfDead(SimulatedProcess process)
    {
        if (process.Dead)
        {
            throw new ProcessDiedException();
        }
    }
}
