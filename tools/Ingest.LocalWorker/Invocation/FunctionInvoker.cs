using System.Diagnostics;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Invocation;

/// <summary>Runs single attempts, each in its own scope, under the function timeout. Safe for parallel use.</summary>
internal sealed class FunctionInvoker(
    IServiceScopeFactory scopes, FunctionPipeline pipeline, HostSettings host, LocalWorkerOptions options, TimeProvider time)
{
    public const string ActivitySourceName = "Microsoft.Azure.Functions.Worker";

    private static readonly ActivitySource Activities = new(ActivitySourceName);

    /// <summary>Runs <paramref name="function"/> once and answers what it returned.</summary>
    /// <param name="triggerValue">Makes what the trigger hands over, for this attempt's context.</param>
    /// <exception cref="FunctionTimeoutException">The function timeout passed, whether the function then ended or not.</exception>
    /// <exception cref="Exception">Whatever the function or its middleware threw.</exception>
    public async Task<object?> InvokeAsync(
        FunctionDescriptor function,
        Func<FunctionContext, object> triggerValue,
        IReadOnlyDictionary<string, object?> bindingData,
        RetryContext? retry,
        CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var timeout = host.FunctionTimeout is { } limit ? new CancellationTokenSource(limit, time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var activity = Activities.StartActivity("function " + function.Name, ActivityKind.Server);
        var context = new LocalFunctionContext(
            function, Guid.CreateVersion7(time.GetUtcNow()).ToString(), scope.ServiceProvider, bindingData, retry, activity, either.Token);
        activity?.SetTag("faas.name", function.Name).SetTag("faas.invocation_id", context.InvocationId);
        context.TriggerValue = triggerValue(context);
        try
        {
            var run = pipeline.Run(context);
            await (host.FunctionTimeout is { } patience ? WaitAsync(run, patience) : run);
        }
        catch (Exception e) when (e is not FunctionTimeoutException)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            if (timeout.IsCancellationRequested)
            {
                throw new FunctionTimeoutException(function.Name, host.FunctionTimeout!.Value, hasEnded: true, e);
            }

            throw;
        }

        return timeout.IsCancellationRequested
            ? throw new FunctionTimeoutException(function.Name, host.FunctionTimeout!.Value, hasEnded: true, null)
            : context.Result;

        async Task WaitAsync(Task run, TimeSpan patience)
        {
            try
            {
                // Not given up with the token: a function that ends by itself may still say how.
                await run.WaitAsync(patience + options.ShutdownGrace, time, CancellationToken.None);
            }
            catch (TimeoutException) when (!run.IsCompleted)
            {
                throw new FunctionTimeoutException(function.Name, patience, hasEnded: false, null);
            }
        }
    }
}

/// <summary>A function ran longer than <c>functionTimeout</c>.</summary>
internal sealed class FunctionTimeoutException(string function, TimeSpan limit, bool hasEnded, Exception? inner)
    : Exception($"{function} exceeded the function timeout of {limit}{(hasEnded ? "" : " and ignored its cancellation token")}.", inner)
{
    /// <summary>False: it still runs, and only the end of the process stops it.</summary>
    public bool HasEnded => hasEnded;
}
