namespace Ingest.Testing.Delivery;

/// <summary>What goes wrong at a step of the delivery protocol.</summary>
public enum FaultKind
{
    /// <summary>The call fails and had no effect.</summary>
    Fail,

    /// <summary>The call takes effect, but its response is lost.</summary>
    LoseResponse,

    /// <summary>The host cancels the invocation during the call, which has no effect.</summary>
    Cancel,

    /// <summary>The process dies during the call, which has no effect.</summary>
    Die,

    /// <summary>The process dies right after the call took effect.</summary>
    DieAfter,
}

/// <summary>The process is gone: nothing of it may run any more.</summary>
public sealed class ProcessDiedException() : Exception("The process died here.");

/// <summary>What lies between a process and its stores.</summary>
public interface INetwork
{
    /// <summary>Carries one request: runs <paramref name="effect"/> at the store, unless something goes wrong on the way.</summary>
    /// <param name="step">Which request of the delivery protocol it is.</param>
    Task<T> CallAsync<T>(string step, Func<T> effect);
}

/// <summary>Makes the nth call of one step go wrong, once.</summary>
public sealed class FaultPlan : INetwork
{
    private string? step;
    private FaultKind kind;
    private int remaining;

    public bool Struck { get; private set; }

    public CancellationTokenSource Invocation { get; private set; } = new();

    public void Arm(string atStep, FaultKind what, int nthCall = 1)
    {
        (step, kind, remaining, Struck) = (atStep, what, nthCall, false);
        Invocation = new CancellationTokenSource();
    }

    public void Disarm()
    {
        step = null;
        Invocation = new CancellationTokenSource();
    }

    public async Task<T> CallAsync<T>(string atStep, Func<T> effect)
    {
        await Task.Yield();
        if (atStep != step || --remaining > 0)
        {
            return effect();
        }

        (step, Struck) = (null, true);
        switch (kind)
        {
            case FaultKind.Fail:
                throw new IOException($"{atStep} failed");
            case FaultKind.Cancel:
                await Invocation.CancelAsync();
                throw new OperationCanceledException(Invocation.Token);
            case FaultKind.Die:
                throw new ProcessDiedException();
            default:
                effect();
                throw kind == FaultKind.DieAfter ? new ProcessDiedException() : new TimeoutException($"the response of {atStep} was lost");
        }
    }
}
