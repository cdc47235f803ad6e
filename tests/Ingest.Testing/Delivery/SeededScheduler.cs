namespace Ingest.Testing.Delivery;

/// <summary>
/// Runs asynchronous code on one thread and picks, by a seed, which of the ready continuations goes on next: the same seed
/// gives the same interleaving.
/// </summary>
public sealed class SeededScheduler(int seed) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Callback, object? State)> ready = [];

    public Random Random { get; } = new(seed);

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (ready)
        {
            ready.Add((d, state));
            Monitor.Pulse(ready);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing may block here.");

    /// <exception cref="TimeoutException">Nothing was ready for 30 seconds: the code waits for something that never comes.</exception>
    public void Run(Func<Task> main)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var task = main();
            while (!task.IsCompleted)
            {
                var (callback, state) = Take();
                callback(state);
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private (SendOrPostCallback Callback, object? State) Take()
    {
        lock (ready)
        {
            while (ready.Count == 0)
            {
                if (!Monitor.Wait(ready, TimeSpan.FromSeconds(30)))
                {
                    throw new TimeoutException("No continuation became ready.");
                }
            }

            var index = Random.Next(ready.Count);
            var item = ready[index];
            ready[index] = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            return item;
        }
    }
}
