using System.Collections.Immutable;
using System.Threading.Channels;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.LocalWorker.Tests;

/// <summary>One attempt as a sample function saw it.</summary>
public sealed record Attempt(ImmutableArray<EventData> Events, FunctionContext Context, int? RetryCount)
{
    public long First => Events[0].SequenceNumber;

    public long Last => Events[^1].SequenceNumber;
}

/// <summary>What the sample functions do, and what they saw; one per test.</summary>
public sealed class Script
{
    private readonly Channel<Attempt> attempts = Channel.CreateUnbounded<Attempt>();

    /// <summary>Runs inside every attempt.</summary>
    public Func<Attempt, CancellationToken, Task> Body { get; init; } = (_, _) => Task.CompletedTask;

    public async Task RunAsync(EventData[] events, FunctionContext context, CancellationToken cancellationToken)
    {
        var attempt = new Attempt([.. events], context, context.RetryContext?.RetryCount);
        attempts.Writer.TryWrite(attempt);
        await Body(attempt, cancellationToken);
    }

    /// <summary>The next attempt, in the order of their beginnings.</summary>
    public async Task<Attempt> NextAsync() => await attempts.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Attempts until so many events have been seen.</summary>
    public async Task<List<Attempt>> UntilAsync(int events)
    {
        var seen = new List<Attempt>();
        while (seen.Sum(attempt => attempt.Events.Length) < events)
        {
            seen.Add(await NextAsync());
        }

        return seen;
    }

    public bool HasMore => attempts.Reader.TryPeek(out _);
}

public sealed class BatchFunctions(Script script)
{
    [Function("Batches")]
    public Task RunAsync(
        [EventHubTrigger("%Hub%", Connection = "EventHub", ConsumerGroup = "%Group%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => script.RunAsync(events, context, cancellationToken);
}

public sealed class SingleEventFunctions(Script script)
{
    [Function("Singles")]
    public Task RunAsync(
        [EventHubTrigger("%Hub%", Connection = "EventHub", ConsumerGroup = "%Group%", IsBatched = false)] EventData received,
        FunctionContext context) => script.RunAsync([received], context, context.CancellationToken);
}

public sealed class ThreeRetriesFunctions(Script script)
{
    [Function("ThreeRetries")]
    [FixedDelayRetry(3, "00:00:00.010")]
    public Task RunAsync(
        [EventHubTrigger("%Hub%", Connection = "EventHub", ConsumerGroup = "%Group%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => script.RunAsync(events, context, cancellationToken);
}

public sealed class EndlessRetriesFunctions(Script script)
{
    [Function("EndlessRetries")]
    [ExponentialBackoffRetry(-1, "00:00:00.005", "00:00:00.020")]
    public Task RunAsync(
        [EventHubTrigger("%Hub%", Connection = "EventHub", ConsumerGroup = "%Group%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => script.RunAsync(events, context, cancellationToken);
}
