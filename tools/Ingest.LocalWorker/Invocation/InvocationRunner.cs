using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ingest.LocalWorker.Invocation;

/// <summary>How an invocation ended, its repetitions included.</summary>
internal enum InvocationOutcome
{
    Succeeded,

    /// <summary>The last allowed repetition failed: the host goes on behind it.</summary>
    Failed,

    /// <summary>The host stops or the partition was lost: nothing may be concluded.</summary>
    Stopped,
}

/// <summary>Runs a function and repeats it as its retry policy says. Safe for parallel use.</summary>
internal sealed partial class InvocationRunner(
    FunctionInvoker invoker, LocalWorkerOptions options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<InvocationRunner> logger)
{
    private readonly Random random = new();

    /// <summary>Does not throw for what the function does.</summary>
    public async Task<InvocationOutcome> RunAsync(
        FunctionDescriptor function,
        object triggerValue,
        IReadOnlyDictionary<string, object?> bindingData,
        CancellationToken cancellationToken)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                var context = retry == 0 ? null : new Repetition(retry, function.Retry!.MaxRetryCount);
                await invoker.InvokeAsync(function, _ => triggerValue, bindingData, context, cancellationToken);
                return cancellationToken.IsCancellationRequested ? InvocationOutcome.Stopped : InvocationOutcome.Succeeded;
            }
            catch (FunctionTimeoutException e) when (!e.HasEnded)
            {
                // The official host restarts the worker process here; repeating beside the running attempt would break the order.
                LogIgnoredToken(e, function.Name);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
                return InvocationOutcome.Stopped;
            }
            catch (Exception e)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return InvocationOutcome.Stopped;
                }

                if (function.Retry is null || !function.Retry.Allows(retry + 1) || retry == options.GiveUpAfter)
                {
                    LogFailed(e, function.Name, retry);
                    return InvocationOutcome.Failed;
                }

                var delay = function.Retry.Delay(retry + 1, NextRandom());
                LogRetry(e, function.Name, retry + 1, delay);
                try
                {
                    await Task.Delay(delay, time, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    return InvocationOutcome.Stopped;
                }
            }
        }
    }

    private double NextRandom()
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Error, Message = "{Function} failed after {Retries} retries; the host goes on")]
    private partial void LogFailed(Exception exception, string function, int retries);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "{Function} failed; retry {Retry} follows after {Delay}")]
    private partial void LogRetry(Exception exception, string function, int retry, TimeSpan delay);

    [LoggerMessage(EventId = 12, Level = LogLevel.Critical, Message = "{Function} does not end; the process stops")]
    private partial void LogIgnoredToken(Exception exception, string function);
}
