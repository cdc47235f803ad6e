namespace Ingest.Testing.Delivery;

/// <summary>
/// Parks every request that others can see until it is its turn, and lets a tree of choices decide whose turn it is and which
/// requests go wrong. Everything runs on one thread.
/// </summary>
/// <param name="preemptions">
/// How often a process may be interrupted although it could go on. What one process does at once may change its order for nothing, but
/// where the hub may change: it is asked beside every read of a row, and all orders of these would be too many.
/// </param>
/// <param name="faults">How many requests of a run go wrong.</param>
public sealed class ExploredNetwork(ChoiceTree tree, int preemptions, int faults) : SynchronizationContext, INetwork
{
    private static readonly AsyncLocal<SimulatedProcess?> Caller = new();

    private readonly Queue<(SendOrPostCallback Callback, object? State)> ready = [];
    private readonly List<(SimulatedProcess Process, TaskCompletionSource Turn)> parked = [];
    private SimulatedProcess? last;

    /// <summary>The process on whose behalf the current asynchronous call runs.</summary>
    public static SimulatedProcess Process { set => Caller.Value = value; }

    /// <summary>While set, requests go through at once and in order.</summary>
    public bool IsCalm { get; set; }

    /// <summary>Whether others can see what the hub is asked, because it may be another one by then; where not, such requests need no turn.</summary>
    public bool HubMayChange { get; init; }

    /// <summary>From here on nothing goes wrong; what is late still lands in any order.</summary>
    public void Forgive() => faults = 0;

    /// <summary>The next publication is the last thing that its process does not do.</summary>
    public bool DiesPublishing { get; set; }

    public override void Post(SendOrPostCallback d, object? state) => ready.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing may block here.");

    /// <summary>Runs until all of it is done, late requests included.</summary>
    public void Run(Func<Task> main)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var task = main();
            while (!task.IsCompleted || parked.Count > 0 || ready.Count > 0)
            {
                if (ready.TryDequeue(out var item))
                {
                    item.Callback(item.State);
                }
                else
                {
                    Next();
                }
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public async Task<T> CallAsync<T>(string step, Func<T> effect)
    {
        var process = Caller.Value!;

        // What nobody else can see needs no turn: staging has names of its own, and a hub that does not change answers alike.
        if (!IsCalm && step != "stage" && (HubMayChange || step is not ("hub" or "repair")))
        {
            await TurnAsync(process);
        }

        if (process.Dead)
        {
            throw new ProcessDiedException();
        }

        if (DiesPublishing && step == "publish")
        {
            DiesPublishing = false;
            throw new ProcessDiedException();
        }

        if (!IsCalm && faults > 0 && step is ("insert" or "commit" or "publish"))
        {
            Misfortune(process, step, effect);
        }

        return effect();
    }

    private void Misfortune<T>(SimulatedProcess process, string step, Func<T> effect)
    {
        var fate = tree.Choose(6);
        faults -= fate > 0 ? 1 : 0;
        switch (fate)
        {
            case 1:
                throw new IOException($"{step} failed");
            case 2:
                effect();
                throw new TimeoutException($"the response of {step} was lost");
            case 3:
                _ = LandAsync(() => effect());
                throw new TimeoutException($"{step} timed out and lands later");
            case 4:
                process.Dead = true;
                throw new ProcessDiedException();
            case 5:
                effect();
                process.Dead = true;
                throw new ProcessDiedException();
        }
    }

    private async Task LandAsync(Action effect)
    {
        await TurnAsync(new SimulatedProcess());
        effect();
    }

    private Task TurnAsync(SimulatedProcess process)
    {
        var turn = new TaskCompletionSource();
        parked.Add((process, turn));
        return turn.Task;
    }

    private void Next()
    {
        if (parked.Count == 0)
        {
            throw new InvalidOperationException("Something waits for what never comes.");
        }

        // Going on comes first, so that the first run is the one without interruptions.
        var own = parked.FindIndex(call => call.Process == last);
        var others = own < 0 ? parked.Count : preemptions > 0 ? parked.Count - 1 : 0;
        var choice = tree.Choose(own < 0 ? others : others + 1);
        var index = own < 0 ? choice : choice == 0 ? own : choice - 1 < own ? choice - 1 : choice;
        var (process, turn) = parked[index];
        preemptions -= own >= 0 && (HubMayChange ? index != own : process != last) ? 1 : 0;
        parked.RemoveAt(index);
        last = process;
        turn.SetResult();
    }
}
