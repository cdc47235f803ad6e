namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>
/// Stops reading from a socket while too many bytes wait. Credit limits events by number and by their usual size; only this holds
/// when, at full credit, events a thousand times larger arrive.
/// </summary>
internal sealed class ReadGate
{
    private readonly Lock guard = new();
    private TaskCompletionSource? shut;
    private bool closed;

    /// <summary>Completes at once while the gate is open.</summary>
    public Task WaitAsync()
    {
        lock (guard)
        {
            return shut?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>Opens or shuts; idempotent.</summary>
    public void Set(bool open)
    {
        TaskCompletionSource? waiting = null;
        lock (guard)
        {
            if (open)
            {
                (waiting, shut) = (shut, null);
            }
            else if (!closed)
            {
                shut ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        waiting?.TrySetResult();
    }

    /// <summary>Opens for good.</summary>
    public void Close()
    {
        lock (guard)
        {
            closed = true;
        }

        Set(open: true);
    }
}
