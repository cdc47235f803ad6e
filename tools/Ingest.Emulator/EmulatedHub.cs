using System.Collections.Concurrent;
using Ingest.Emulator.Connections;
using Ingest.Emulator.Log;
using Ingest.Emulator.Nodes;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator;

/// <summary>One event hub. Safe for many threads.</summary>
public sealed class EmulatedHub
{
    private readonly EmulatedPartition[] partitions;
    private readonly HashSet<string>? consumerGroups;
    private readonly ConcurrentDictionary<ServerLink, bool> links = [];
    private uint roundRobin;
    private volatile bool deleted;

    internal EmulatedHub(HubOptions hub, EmulatorOptions options)
    {
        Name = hub.Name;
        // AMQP's timestamps count milliseconds, and the codec rounds a finer one up when it nearly reaches the next.
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        partitions = [.. Enumerable.Range(0, hub.PartitionCount).Select(id
            => new EmulatedPartition(id, new PartitionLog(options.PartitionByteCap, options.Retention, options.TimeProvider)))];
        consumerGroups = hub.ConsumerGroups is { } named ? new HashSet<string>(named, StringComparer.OrdinalIgnoreCase) { "$Default" } : null;
    }

    /// <summary>The name as it was given.</summary>
    public string Name { get; }

    /// <summary>1–1024.</summary>
    public int PartitionCount => partitions.Length;

    /// <summary>When it was created, as <c>$management</c> reports it too.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Partition 0 to <see cref="PartitionCount"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such partition.</exception>
    public EmulatedPartition this[int partition]
        => partition >= 0 && partition < partitions.Length
            ? partitions[partition]
            : throw new ArgumentOutOfRangeException(nameof(partition), partition, PartitionOutOfRange(partition.ToString()));

    internal ReceiverRegistry Receivers { get; } = new();

    internal bool Accepts(string consumerGroup) => consumerGroups?.Contains(consumerGroup) ?? consumerGroup.Length > 0;

    internal EmulatedPartition? FindPartition(string id)
        => int.TryParse(id, out var number) && number >= 0 && number < partitions.Length ? partitions[number] : null;

    internal string PartitionOutOfRange(string id)
        => $"The specified partition '{id}' is invalid for an EventHub partition sender or receiver. It should be between 0 and {PartitionCount - 1}.";

    /// <summary>The partition for an encoded key, or the next one in turn without a key.</summary>
    internal EmulatedPartition Choose(ReadOnlySpan<byte> encodedKey) => encodedKey.IsEmpty
        ? partitions[(Interlocked.Increment(ref roundRobin) - 1) % (uint)partitions.Length]
        : partitions[PartitionKeyHash.Partition(AmqpBytes.Content(encodedKey, 0), partitions.Length)];

    internal void Register(ServerLink link)
    {
        links[link] = true;
        if (deleted)
        {
            // It was found just before the hub went, and may have missed the call to detach.
            DetachDeleted(link);
        }
    }

    internal void Unregister(ServerLink link) => links.TryRemove(link, out _);

    internal void Expire()
    {
        foreach (var partition in partitions)
        {
            partition.Log.Expire();
        }
    }

    internal void Delete()
    {
        deleted = true;
        foreach (var link in links.Keys)
        {
            DetachDeleted(link);
        }
    }

    internal int DetachReceivers(int? partition, string condition, string description)
    {
        var receivers = links.Keys.OfType<SubscribeLink>().Where(link => partition is null || link.PartitionId == partition).ToArray();
        foreach (var link in receivers)
        {
            link.PostDetach(condition, description);
        }

        return receivers.Length;
    }

    private void DetachDeleted(ServerLink link)
        => link.PostDetach(ErrorConditions.NotFound, $"The messaging entity 'sb://localhost/{Name}' could not be found; it has been deleted.");
}
