using Ingest.Cli.Chaos.Plan;

namespace Ingest.Cli.Chaos.Storage;

/// <summary>What happens to one storage request.</summary>
public enum RequestFate
{
    Passes,
    Late,
    Throttled,
    AnswerLost,
    RequestLost,
    CarriedOutLater,
    NeverAnswered,
    Reset,
}

/// <summary>
/// The faults that are on for one storage service. Which requests are hit is counted, not diced: every n-th of those that come
/// while a fault is on. Thread-safe.
/// </summary>
public sealed class StorageFaults
{
    private readonly Lock sync = new();
    private readonly List<Fault> faults = [];
    private TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long hit;

    /// <summary>Requests that a fault has hit so far.</summary>
    public long Hit => Interlocked.Read(ref hit);

    /// <summary>Whether connections are reset as soon as they are made.</summary>
    public bool IsDown
    {
        get
        {
            lock (sync)
            {
                return faults.Exists(f => f.Fate == RequestFate.Reset);
            }
        }
    }

    /// <summary>Turns a fault on; it ends when what is returned is disposed.</summary>
    /// <param name="every">Every how many requests are hit, at least 1.</param>
    public IDisposable Begin(RequestFate fate, int every)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        var fault = new Fault(this, fate, every);
        lock (sync)
        {
            faults.Add(fault);
        }

        return fault;
    }

    /// <summary>The fate of the next request: that of the first fault, in the order of beginning, whose turn it is.</summary>
    /// <param name="ended">Completes when any fault ends.</param>
    public RequestFate Next(out Task ended)
    {
        lock (sync)
        {
            ended = this.ended.Task;
            foreach (var fault in faults)
            {
                if (++fault.Seen % fault.Every == 0)
                {
                    Interlocked.Increment(ref hit);
                    return fault.Fate;
                }
            }

            return RequestFate.Passes;
        }
    }

    /// <summary>What an action of the plan does to requests.</summary>
    public static RequestFate FateOf(ChaosKind kind) => kind switch
    {
        ChaosKind.StorageDelay => RequestFate.Late,
        ChaosKind.StorageThrottle => RequestFate.Throttled,
        ChaosKind.StorageAnswerLost => RequestFate.AnswerLost,
        ChaosKind.StorageRequestLost => RequestFate.RequestLost,
        ChaosKind.StorageLateRequest => RequestFate.CarriedOutLater,
        ChaosKind.StorageSilent or ChaosKind.FunctionTimeout => RequestFate.NeverAnswered,
        ChaosKind.StorageDown or ChaosKind.Outage => RequestFate.Reset,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This is no fault of storage."),
    };

    private void End(Fault fault)
    {
        TaskCompletionSource signal;
        lock (sync)
        {
            if (!faults.Remove(fault))
            {
                return;
            }

            (signal, ended) = (ended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        signal.SetResult();
    }

    private sealed class Fault(StorageFaults owner, RequestFate fate, int every) : IDisposable
    {
        public RequestFate Fate => fate;

        public int Every => every;

        public int Seen { get; set; }

        public void Dispose() => owner.End(this);
    }
}
