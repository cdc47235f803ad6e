using Microsoft.Extensions.Hosting;

namespace Ingest.Functions;

/// <summary>
/// Lets invocations in flight finish when the process is told to stop: the worker by itself stops at once and would leave
/// staged work uncommitted, which loses nothing but does it again.
/// </summary>
public sealed class InFlightInvocations : IHostedService
{
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running = 1; // The host itself, until it stops.

    public IDisposable Begin()
    {
        Interlocked.Increment(ref running);
        return new Invocation(this);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        End();
        return drained.Task.WaitAsync(cancellationToken);
    }

    private void End()
    {
        if (Interlocked.Decrement(ref running) == 0)
        {
            drained.TrySetResult();
        }
    }

    private sealed class Invocation(InFlightInvocations owner) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                owner.End();
            }
        }
    }
}
