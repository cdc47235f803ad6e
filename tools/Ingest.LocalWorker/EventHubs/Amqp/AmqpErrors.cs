using System.Net.Sockets;
using Amqp;
using Amqp.Framing;
using Azure.Messaging.EventHubs;
using static Azure.Messaging.EventHubs.EventHubsException;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>What AMQP conditions mean to a reader of events.</summary>
internal static class AmqpErrors
{
    public static EventHubsException From(Error? error, string hub) => From(error?.Condition?.ToString(), error?.Description, hub);

    public static EventHubsException From(string? condition, string? description, string hub, Exception? inner = null)
    {
        var (reason, isTransient) = condition switch
        {
            "amqp:link:stolen" => (FailureReason.ConsumerDisconnected, false),
            "amqp:not-found" => (FailureReason.ResourceNotFound, false),
            "amqp:link:message-size-exceeded" => (FailureReason.MessageSizeExceeded, false),
            "amqp:resource-limit-exceeded" => (FailureReason.QuotaExceeded, false),
            "com.microsoft:argument-out-of-range" or "com.microsoft:argument-error" => (FailureReason.GeneralError, false),
            "amqp:unauthorized-access" => (FailureReason.GeneralError, false),
            "com.microsoft:server-busy" => (FailureReason.ServiceBusy, true),
            "com.microsoft:timeout" => (FailureReason.ServiceTimeout, true),
            _ => (FailureReason.ServiceCommunicationProblem, true),
        };
        return new EventHubsException(isTransient, hub, $"{description ?? "The connection was closed."} ({condition ?? "no condition"})", reason, inner);
    }

    /// <summary>Translates what the AMQP library throws; null for anything that is no failure of the connection.</summary>
    public static EventHubsException? Translate(Exception exception, string hub) => exception switch
    {
        EventHubsException known => known,
        AmqpException amqp => From(amqp.Error?.Condition?.ToString(), amqp.Message, hub, amqp),
        SocketException or IOException or ObjectDisposedException =>
            new EventHubsException(true, hub, exception.Message, FailureReason.ServiceCommunicationProblem, exception),
        TimeoutException => new EventHubsException(true, hub, exception.Message, FailureReason.ServiceTimeout, exception),
        _ => null,
    };
}
