using Azure;
using Ingest.LocalWorker.Application;
using Ingest.LocalWorker.EventHubs.Amqp;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Ingest.LocalWorker.EventHubs.Trigger;

/// <summary>Shares a hub's partitions with the other workers of a consumer group and runs a pump for each that it owns.</summary>
internal sealed partial class EventHubListener : ITriggerListener
{
    private readonly ILogger<EventHubListener> logger;
    private readonly PumpContext context;
    private readonly OwnershipBalancer balancer;
    private readonly ManagementClient management;
    private readonly Dictionary<string, PartitionPump> pumps = [];
    private readonly CancellationTokenSource stopping = new();
    private Task balancing = Task.CompletedTask;

    /// <exception cref="FunctionSetupException">Settings are missing or wrong.</exception>
    public EventHubListener(
        FunctionDescriptor function,
        EventHubTriggerAttribute trigger,
        SettingResolver settings,
        HostSettings host,
        HostStorage storage,
        LocalWorkerOptions options,
        InvocationRunner runner,
        TimeProvider time,
        ILogger<EventHubListener> logger,
        IServiceProvider services)
    {
        var consumerGroup = string.IsNullOrEmpty(trigger.ConsumerGroup) ? "$Default" : settings.Resolve(trigger.ConsumerGroup);
        var endpoint = EventHubConnections.Resolve(settings.Connection(trigger.Connection), settings.Resolve(trigger.EventHubName), services);
        var store = new PartitionStore(storage.Container(PartitionStore.ContainerName), endpoint, consumerGroup);
        var ownerId = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        context = new PumpContext(
            function, trigger, endpoint, consumerGroup, ownerId, host.EventHubs, options, store, runner, time, logger);
        this.logger = logger;
        balancer = new OwnershipBalancer(ownerId, options.OwnershipExpiration, new Random());
        management = new ManagementClient(endpoint, time);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        balancing = Task.Run(BalanceAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken graceOver)
    {
        await stopping.CancelAsync();
        await balancing;
        foreach (var pump in pumps.Values)
        {
            pump.Stop();
        }

        try
        {
            await Task.WhenAll(pumps.Values.Select(pump => pump.Completion)).WaitAsync(graceOver);
        }
        catch (OperationCanceledException)
        {
            LogAbandoned(context.Function.Name);
        }

        await RelinquishAsync();
        await management.CloseAsync();
    }

    public void Dispose()
    {
        stopping.Dispose();
        management.Dispose();
    }

    private async Task BalanceAsync()
    {
        string[]? partitions = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (partitions is null)
                {
                    await context.Store.EnsureExistsAsync(stopping.Token);
                    partitions = (await management.GetHubAsync(stopping.Token)).PartitionIds;
                }

                await BalanceOnceAsync(partitions, stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is: the pumps go on, their exclusive links tell them if somebody else takes over, and the next look may
                // succeed. The storage client alone throws four unrelated types when the network is down.
                LogBalancingFailed(e, context.Function.Name);
            }

            try
            {
                await Task.Delay(context.Options.LoadBalancingInterval, context.Time, stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task BalanceOnceAsync(string[] partitions, CancellationToken cancellationToken)
    {
        var ownership = await context.Store.ListOwnershipAsync(cancellationToken);
        await RenewAsync(ownership, cancellationToken);
        foreach (var (partition, pump) in pumps.ToList())
        {
            if (!IsMine(ownership, partition))
            {
                pump.Stop();
            }

            // Only then may a new pump follow: an invocation that does not end yet still holds the partition's order.
            if (pump.Completion.IsCompleted)
            {
                pumps.Remove(partition);
                pump.Dispose();
            }
        }

        // Greedy: everything there is to take, at once, until somebody else is faster.
        while (balancer.Next(partitions, ownership, context.Time.GetUtcNow()) is { } partition)
        {
            var version = ownership.TryGetValue(partition, out var record) ? record.Version : (ETag?)null;
            if (await context.Store.ClaimAsync(partition, context.OwnerId, version, cancellationToken) is not { } claimed)
            {
                break;
            }

            ownership[partition] = claimed;
            LogClaimed(context.Function.Name, partition, record?.OwnerId ?? "");
        }

        foreach (var partition in partitions)
        {
            if (IsMine(ownership, partition) && !pumps.ContainsKey(partition))
            {
                pumps[partition] = PartitionPump.Start(context, partition);
            }
        }
    }

    private async Task RenewAsync(Dictionary<string, PartitionOwnership> ownership, CancellationToken cancellationToken)
    {
        var due = context.Time.GetUtcNow() - (context.Options.OwnershipExpiration / 3);
        var renewals = ownership.Values
            .Where(record => record.OwnerId == context.OwnerId && record.LastModified <= due)
            .Select(async record => (record.PartitionId, Renewed: await context.Store.ClaimAsync(
                record.PartitionId, context.OwnerId, record.Version, cancellationToken)));
        foreach (var (partition, renewed) in await Task.WhenAll(renewals))
        {
            if (renewed is null)
            {
                ownership.Remove(partition);
            }
            else
            {
                ownership[partition] = renewed;
            }
        }
    }

    private async Task RelinquishAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), context.Time);
        try
        {
            var ownership = await context.Store.ListOwnershipAsync(patience.Token);
            await Task.WhenAll(ownership.Values
                .Where(record => record.OwnerId == context.OwnerId)
                // A partition whose invocation still runs is left to expire.
                .Where(record => !pumps.TryGetValue(record.PartitionId, out var pump) || pump.Completion.IsCompleted)
                .Select(record => context.Store.ClaimAsync(record.PartitionId, "", record.Version, patience.Token)));
        }
        catch (Exception e)
        {
            // The ownership expires by itself.
            LogRelinquishFailed(e, context.Function.Name);
        }
    }

    private bool IsMine(Dictionary<string, PartitionOwnership> ownership, string partition) =>
        ownership.TryGetValue(partition, out var record) && record.OwnerId == context.OwnerId;

    [LoggerMessage(EventId = 30, Level = LogLevel.Information, Message = "{Function}: claimed partition {Partition} (before: '{Before}')")]
    private partial void LogClaimed(string function, string partition, string before);

    [LoggerMessage(EventId = 31, Level = LogLevel.Warning, Message = "{Function}: partitions could not be balanced; trying again")]
    private partial void LogBalancingFailed(Exception exception, string function);

    [LoggerMessage(EventId = 32, Level = LogLevel.Warning, Message = "{Function}: invocations still run after the grace and are abandoned")]
    private partial void LogAbandoned(string function);

    [LoggerMessage(EventId = 33, Level = LogLevel.Information, Message = "{Function}: the partitions could not be given up and expire")]
    private partial void LogRelinquishFailed(Exception exception, string function);
}
