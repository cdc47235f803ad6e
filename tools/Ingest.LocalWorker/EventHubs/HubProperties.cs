namespace Azure.Messaging.EventHubs;

/// <summary>A hub as its management node describes it.</summary>
public class EventHubProperties
{
    internal EventHubProperties(string name, DateTimeOffset createdOn, string[] partitionIds)
    {
        Name = name;
        CreatedOn = createdOn;
        PartitionIds = partitionIds;
    }

    /// <summary>The hub's name.</summary>
    public string Name { get; }

    /// <summary>When the hub was created, in UTC: its identity.</summary>
    public DateTimeOffset CreatedOn { get; }

    /// <summary>The partitions' identifiers.</summary>
    public string[] PartitionIds { get; }
}

/// <summary>A partition's log as the management node describes it.</summary>
public class PartitionProperties
{
    internal PartitionProperties(
        string eventHubName,
        string id,
        bool isEmpty,
        long beginningSequenceNumber,
        long lastEnqueuedSequenceNumber,
        string lastEnqueuedOffsetString,
        DateTimeOffset lastEnqueuedTime)
    {
        EventHubName = eventHubName;
        Id = id;
        IsEmpty = isEmpty;
        BeginningSequenceNumber = beginningSequenceNumber;
        LastEnqueuedSequenceNumber = lastEnqueuedSequenceNumber;
        LastEnqueuedOffsetString = lastEnqueuedOffsetString;
        LastEnqueuedTime = lastEnqueuedTime;
    }

    /// <summary>The hub's name.</summary>
    public string EventHubName { get; }

    /// <summary>The partition's identifier.</summary>
    public string Id { get; }

    /// <summary>Whether the log holds no event.</summary>
    public bool IsEmpty { get; }

    /// <summary>The number of the oldest event that is still there.</summary>
    public long BeginningSequenceNumber { get; }

    /// <summary>The number of the newest event; -1 when there never was one.</summary>
    public long LastEnqueuedSequenceNumber { get; }

    /// <summary>The offset of the newest event; <c>-1</c> when there never was one.</summary>
    public string LastEnqueuedOffsetString { get; }

    /// <summary>When the newest event was accepted, in UTC.</summary>
    public DateTimeOffset LastEnqueuedTime { get; }
}
