namespace Azure.Messaging.EventHubs;

/// <summary>A failure reported by the hub or on the way to it.</summary>
public class EventHubsException : Exception
{
    internal EventHubsException(bool isTransient, string? eventHubName, string message, FailureReason reason, Exception? inner = null)
        : base(message, inner)
    {
        IsTransient = isTransient;
        EventHubName = eventHubName;
        Reason = reason;
    }

    /// <summary>Whether trying again can help.</summary>
    public bool IsTransient { get; }

    /// <summary>What went wrong.</summary>
    public FailureReason Reason { get; }

    /// <summary>The hub concerned.</summary>
    public string? EventHubName { get; }

    /// <summary>What can go wrong.</summary>
    public enum FailureReason
    {
        GeneralError = 0,
        ClientClosed = 1,
        ConsumerDisconnected = 2,
        ResourceNotFound = 3,
        MessageSizeExceeded = 4,
        QuotaExceeded = 5,
        ServiceBusy = 6,
        ServiceTimeout = 7,
        ServiceCommunicationProblem = 8,
        ProducerDisconnected = 9,
        InvalidClientState = 10,
    }
}
