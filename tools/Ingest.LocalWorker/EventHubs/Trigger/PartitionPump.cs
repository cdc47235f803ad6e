using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Ingest.LocalWorker.EventHubs.Amqp;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>What all pumps of one trigger have in common.</summary>
internal sealed record PumpContext(
    FunctionDescriptor Function,
    EventHubTriggerAttribute Trigger,
    EventHubEndpoint Endpoint,
    string ConsumerGroup,
    string OwnerId,
    EventHubsSettings Settings,
    LocalWorkerOptions Options,
    PartitionStore Store,
    InvocationRunner Runner,
    TimeProvider Time,
    ILogger Logger);

/// <summary>Reads one owned partition and runs the function with one batch after the other.</summary>
internal sealed partial class PartitionPump : IDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly PumpContext context;
    private readonly string partitionId;
    private readonly EventBindingData bindingData;
    private readonly CancellationTokenSource stopping = new();

    private PartitionPump(PumpContext context, string partitionId)
    {
        this.context = context;
        this.partitionId = partitionId;
        bindingData = new EventBindingData(context.Endpoint, context.ConsumerGroup, partitionId);
    }

    /// <summary>Ends, never failing, when the pump was stopped and its last invocation has returned.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public static PartitionPump Start(PumpContext context, string partitionId)
    {
        var pump = new PartitionPump(context, partitionId);
        pump.Completion = Task.Run(pump.RunAsync);
        return pump;
    }

    /// <summary>Trips the running invocation's token; nothing is checkpointed from here on.</summary>
    public void Stop() => stopping.Cancel();

    /// <summary>Only after <see cref="Completion"/>.</summary>
    public void Dispose() => stopping.Dispose();

    private async Task RunAsync()
    {
        LogStarted(context.Logger, context.Function.Name, partitionId);
        try
        {
            await using var reader = new ResumingReader(await RequestAsync(), context.Time);
            await PumpAsync(reader);
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting.
        }
        catch (Exception e)
        {
            // The listener starts a new pump while it owns the partition.
            LogFailed(context.Logger, e, context.Function.Name, partitionId);
        }
        finally
        {
            LogStopped(context.Logger, context.Function.Name, partitionId);
        }
    }

    private async Task PumpAsync(ResumingReader reader)
    {
        var settings = context.Settings;
        var sinceCheckpoint = 0;
        while (!stopping.IsCancellationRequested)
        {
            EventData[] events;
            try
            {
                events = await reader.ReceiveAsync(
                    settings.MinEventBatchSize, settings.MaxEventBatchSize, Timeout.InfiniteTimeSpan, settings.MaxWaitTime, stopping.Token);
            }
            catch (EventHubsException e) when (e.Reason == EventHubsException.FailureReason.ConsumerDisconnected)
            {
                LogStolen(context.Logger, context.Function.Name, partitionId);
                return;
            }
            catch (EventHubsException e)
            {
                LogReceiveFailed(context.Logger, e, context.Function.Name, partitionId);
                await Task.Delay(AfterFailure, context.Time, stopping.Token);
                continue;
            }

            if (events.Length == 0)
            {
                continue;
            }

            if (await InvokeAsync(reader, events) == InvocationOutcome.Stopped)
            {
                return;
            }

            if (++sinceCheckpoint >= settings.BatchCheckpointFrequency)
            {
                sinceCheckpoint = 0;
                await CheckpointAsync(events[^1]);
            }
        }
    }

    /// <summary>Runs the function; a link stolen meanwhile trips its token, as a stop does.</summary>
    private async Task<InvocationOutcome> InvokeAsync(ResumingReader reader, EventData[] events)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, reader.Disconnected);
        if (context.Trigger.IsBatched)
        {
            return await context.Runner.RunAsync(context.Function, events, bindingData.OfBatch(events), lost.Token);
        }

        foreach (var received in events)
        {
            if (await context.Runner.RunAsync(context.Function, received, bindingData.OfEvent(received), lost.Token) == InvocationOutcome.Stopped)
            {
                return InvocationOutcome.Stopped;
            }
        }

        return InvocationOutcome.Succeeded;
    }

    private async Task CheckpointAsync(EventData last)
    {
        try
        {
            await context.Store.WriteCheckpointAsync(partitionId, new Checkpoint(last.OffsetString, last.SequenceNumber), stopping.Token);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // The next checkpoint covers this one; until then a restart repeats events, which every function must stand anyway.
            LogCheckpointFailed(context.Logger, e, context.Function.Name, partitionId);
        }
    }

    private async Task<ReadRequest> RequestAsync()
    {
        while (true)
        {
            try
            {
                var checkpoint = await context.Store.ReadCheckpointAsync(partitionId, stopping.Token);
                var settings = context.Settings;
                var prefetch = settings.PrefetchCount == 0 ? settings.MaxEventBatchSize : Math.Max(settings.PrefetchCount, settings.MinEventBatchSize);
                return new ReadRequest(
                    context.Endpoint,
                    context.ConsumerGroup,
                    partitionId,
                    PositionOf(checkpoint, settings),
                    OwnerLevel: 0,
                    context.OwnerId,
                    prefetch,
                    context.Options.PrefetchMegabytes * 1024L * 1024L);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogCheckpointUnknown(context.Logger, e, context.Function.Name, partitionId);
                await Task.Delay(AfterFailure, context.Time, stopping.Token);
            }
        }
    }

    internal static EventPosition PositionOf(Checkpoint? checkpoint, EventHubsSettings settings) => checkpoint switch
    {
        { Offset: { } offset } => EventPosition.FromOffset(offset, isInclusive: false),
        { SequenceNumber: { } number } => EventPosition.FromSequenceNumber(number, isInclusive: false),
        _ => settings.InitialOffset switch
        {
            InitialOffset.FromEnd => EventPosition.Latest,
            InitialOffset.FromEnqueuedTime => EventPosition.FromEnqueuedTime(settings.EnqueuedTime!.Value),
            _ => EventPosition.Earliest,
        },
    };

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "{Function}: reading partition {Partition}")]
    private static partial void LogStarted(ILogger logger, string function, string partition);

    [LoggerMessage(EventId = 21, Level = LogLevel.Information, Message = "{Function}: stopped reading partition {Partition}")]
    private static partial void LogStopped(ILogger logger, string function, string partition);

    [LoggerMessage(EventId = 22, Level = LogLevel.Information, Message = "{Function}: another reader took partition {Partition}")]
    private static partial void LogStolen(ILogger logger, string function, string partition);

    [LoggerMessage(EventId = 23, Level = LogLevel.Warning, Message = "{Function}: partition {Partition} cannot be read; trying again")]
    private static partial void LogReceiveFailed(ILogger logger, Exception exception, string function, string partition);

    [LoggerMessage(EventId = 26, Level = LogLevel.Error, Message = "{Function}: partition {Partition} failed unexpectedly; starting anew")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string partition);

    [LoggerMessage(EventId = 24, Level = LogLevel.Warning, Message = "{Function}: the checkpoint of partition {Partition} could not be written")]
    private static partial void LogCheckpointFailed(ILogger logger, Exception exception, string function, string partition);

    [LoggerMessage(EventId = 25, Level = LogLevel.Warning, Message = "{Function}: the checkpoint of partition {Partition} cannot be read; trying again")]
    private static partial void LogCheckpointUnknown(ILogger logger, Exception exception, string function, string partition);
}
