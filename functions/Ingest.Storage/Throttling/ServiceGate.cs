using Azure;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Storage.Throttling;

/// <summary>Holds requests back while a service is down or has asked for a pause. Thread-safe.</summary>
/// <param name="account">For the log, which says once that the service is down and once that it is back, whoever waits.</param>
/// <param name="longestWait">After this a held request fails, so that its partition can say what it waits for.</param>
internal sealed class ServiceGate(string account, StorageService service, Circuit circuit, TimeSpan longestWait, TimeProvider time, ILogger logger)
{
    private readonly Lock sync = new();
    private readonly long origin = time.GetTimestamp();
    private TimeSpan downSince;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StorageService Service => service;

    public CircuitState State
    {
        get
        {
            lock (sync)
            {
                return circuit.State;
            }
        }
    }

    /// <summary>Since a fixed moment.</summary>
    public TimeSpan Now => time.GetElapsedTime(origin);

    /// <returns>Whether the caller is the probe: then it must report how the request went.</returns>
    /// <exception cref="RequestFailedException">Status 503, <c>StorageCircuitOpen</c>: the service stayed away too long. The SDK does not retry it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        TimeSpan? since = null;
        while (true)
        {
            Admission admission;
            Task change;
            TimeSpan now;
            CircuitState state;
            lock (sync)
            {
                now = Now;
                admission = circuit.Admit(now);
                state = circuit.State;
                change = changed.Task;
            }

            if (admission.Wait is not { } wait)
            {
                return admission.IsProbe;
            }

            if (since is null && state != CircuitState.Closed)
            {
                StoreWait.Report($"{service} storage does not answer");
            }

            since ??= now;
            var left = since.Value + longestWait - now;
            if (left <= TimeSpan.Zero)
            {
                throw new RequestFailedException(
                    503, $"{service} storage has not answered a request for a while; held back for {longestWait}.", "StorageCircuitOpen", null);
            }

            // The time-out is the expected end of the wait, so its exception is not for anybody.
            await change.WaitAsync(wait < left ? wait : left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether a request that waited for something else since it entered may still go.</summary>
    public bool StillAdmits()
    {
        lock (sync)
        {
            return circuit.Admit(Now, mayProbe: false).Wait is null;
        }
    }

    /// <param name="sent">When the request was sent, as <see cref="Now"/> was then.</param>
    /// <param name="failure">What happened, in words, where it was no success.</param>
    public void Report(AttemptOutcome outcome, TimeSpan sent, bool isProbe, TimeSpan? retryAfter = null, string failure = "")
    {
        TaskCompletionSource? wake = null;
        Action? log = null;
        lock (sync)
        {
            var before = circuit.State;
            switch (outcome)
            {
                case AttemptOutcome.Succeeded:
                    circuit.Succeeded(Now);
                    break;
                case AttemptOutcome.PushedBack:
                    circuit.Failed(Now, sent, isProbe, retryAfter);
                    break;
                case AttemptOutcome.Abandoned when isProbe:
                    circuit.ProbeAbandoned(Now);
                    break;
            }

            if (circuit.State != before)
            {
                log = Note(before, failure);
                (wake, changed) = (changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
        }

        wake?.SetResult();
        log?.Invoke();
    }

    // Probes open and half-open a circuit again and again; only its first opening and its closing are news.
    private Action? Note(CircuitState before, string failure)
    {
        if (before == CircuitState.Closed)
        {
            downSince = circuit.FailingSince;
            var (failures, failingFor) = (circuit.Failures, Now - downSince);
            return () => logger.StorageDown(account, service.ToString(), failures, failingFor, failure, longestWait, Circuit.LastProbe);
        }

        if (circuit.State == CircuitState.Closed)
        {
            var down = Now - downSince;
            return () => logger.StorageBack(account, service.ToString(), down);
        }

        return null;
    }
}
