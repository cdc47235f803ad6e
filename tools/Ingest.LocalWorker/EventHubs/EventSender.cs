using Amqp;
using Amqp.Framing;
using Azure.Core;
using Azure.Messaging.EventHubs;
using Ingest.LocalWorker.EventHubs.Amqp;

namespace Ingest.LocalWorker.EventHubs;

/// <summary>What became of an event.</summary>
public enum SendOutcome
{
    /// <summary>The hub has it.</summary>
    Accepted,

    /// <summary>It cannot be sent as it is, or the hub said no; the hub does not have it.</summary>
    Refused,

    /// <summary>The hub could not be reached; the hub does not have it.</summary>
    NotSent,

    /// <summary>The connection ended before the answer: the hub has it or does not.</summary>
    Unknown,
}

/// <param name="Reason">null where it was accepted.</param>
public readonly record struct SendResult(SendOutcome Outcome, string? Reason);

/// <summary>
/// Sends events to a hub one by one and says honestly what became of each: nothing is sent twice behind the caller's back. Connects
/// on first use, and again after a failure. Safe for parallel use, which is also how it is fast.
/// </summary>
public sealed class EventSender : IAsyncDisposable
{
    private const int BusyAttempts = 6;
    private const string Busy = "com.microsoft:server-busy";
    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(5);

    private readonly EventHubEndpoint endpoint;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim opening = new(1);
    private HubConnection? connection;
    private SenderLink? link;
    private ulong maxMessageSize = ulong.MaxValue;
    private (EventHubsException Failure, long At)? unreachable;

    private EventSender(EventHubEndpoint endpoint, TimeProvider time) => (this.endpoint, this.time) = (endpoint, time);

    /// <exception cref="ArgumentException">The connection string cannot be understood, or is for another hub.</exception>
    public static EventSender FromConnectionString(string connectionString, string hub, TimeProvider time) =>
        new(EventHubEndpoint.FromConnectionString(connectionString, hub), time);

    /// <summary>Connects with an identity over TLS.</summary>
    public static EventSender FromCredential(string fullyQualifiedNamespace, string hub, TokenCredential credential, TimeProvider time) =>
        new(EventHubEndpoint.FromCredential(fullyQualifiedNamespace, hub, credential), time);

    /// <summary>Sends one event; tries again only where the hub said that it is too busy to take it.</summary>
    public async Task<SendResult> SendAsync(OutgoingEvent outgoing, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outgoing);
        int size;
        try
        {
            size = outgoing.ToMessage().Encode().Length;
        }
        catch (Exception e) when (e is ArgumentException or AmqpException or NotSupportedException or InvalidCastException or InvalidOperationException)
        {
            return new SendResult(SendOutcome.Refused, $"It cannot be written as an AMQP message: {e.Message}");
        }

        for (var attempt = 1; ; attempt++)
        {
            SenderLink current;
            try
            {
                current = await LinkAsync(cancellationToken);
            }
            catch (EventHubsException e)
            {
                return new SendResult(SendOutcome.NotSent, e.Message);
            }

            if ((ulong)size > maxMessageSize)
            {
                return new SendResult(SendOutcome.Refused, $"It has {size} bytes; the hub takes at most {maxMessageSize}.");
            }

            var (result, condition) = await SendOnceAsync(current, outgoing.ToMessage());
            if (condition != Busy || attempt == BusyAttempts)
            {
                return result;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), time, cancellationToken);
        }
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        opening.Dispose();
    }

    private async Task<(SendResult Result, string? Condition)> SendOnceAsync(SenderLink current, Message message)
    {
        var answer = new TaskCompletionSource<(SendResult, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            current.Send(message, null, (sender, _, outcome, _) => answer.TrySetResult(ResultOf((SenderLink)sender, outcome)), null);
        }
        catch (AmqpException e)
        {
            // The link was closed before the message went out.
            return (new SendResult(SendOutcome.NotSent, e.Message), null);
        }

        try
        {
            return await answer.Task.WaitAsync(HubConnection.OperationTimeout, time);
        }
        catch (TimeoutException)
        {
            return (new SendResult(SendOutcome.Unknown, "The hub did not answer in time."), null);
        }
    }

    private static (SendResult, string?) ResultOf(SenderLink sender, Outcome outcome) => outcome switch
    {
        Accepted => (new SendResult(SendOutcome.Accepted, null), null),

        // The library calls what was under way when a link ended rejected, too.
        Rejected { Error: { } error } when !sender.IsClosed =>
            (new SendResult(SendOutcome.Refused, $"{error.Description} ({error.Condition})"), error.Condition?.ToString()),
        Rejected { Error: { } error } => (new SendResult(SendOutcome.Unknown, $"The connection ended: {error.Description} ({error.Condition})"), null),
        _ => (new SendResult(SendOutcome.Unknown, "The connection ended before the hub answered."), null),
    };

    private async Task<SenderLink> LinkAsync(CancellationToken cancellationToken)
    {
        await opening.WaitAsync(cancellationToken);
        try
        {
            if (link is { IsClosed: false } && connection is { IsOpen: true })
            {
                return link;
            }

            if (connection is not null)
            {
                await connection.DisposeAsync();
                (connection, link) = (null, null);
            }

            // Those who waited for the same attempt need not fail one after the other.
            if (unreachable is { } last && time.GetElapsedTime(last.At) < Cooldown)
            {
                throw last.Failure;
            }

            return await OpenAsync(cancellationToken);
        }
        catch (EventHubsException e)
        {
            unreachable = unreachable is { } last && last.Failure == e ? last : (e, time.GetTimestamp());
            throw;
        }
        finally
        {
            opening.Release();
        }
    }

    private async Task<SenderLink> OpenAsync(CancellationToken cancellationToken)
    {
        var opened = await HubConnection.OpenAsync(endpoint, endpoint.Audience(endpoint.HubName), new ReadGate(), time, cancellationToken);
        try
        {
            var attached = new TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously);
            var sender = new SenderLink(
                opened.NewSession(), $"replay-{Environment.ProcessId}-{opened.GetHashCode():x}",
                new Attach { Source = new Source(), Target = new Target { Address = endpoint.HubName } },
                (_, attach) =>
                {
                    if (attach.Target is not null)
                    {
                        attached.TrySetResult(attach.MaxMessageSize);
                    }
                });
            sender.AddClosedCallback((_, error) => attached.TrySetException(AmqpErrors.From(error, endpoint.HubName)));
            var limit = await attached.Task.WaitAsync(HubConnection.OperationTimeout, time, cancellationToken);
            maxMessageSize = limit == 0 ? ulong.MaxValue : limit;
            (connection, link, unreachable) = (opened, sender, null);
            return sender;
        }
        catch (Exception e) when (AmqpErrors.Translate(e, endpoint.HubName) is { } translated)
        {
            await opened.DisposeAsync();
            throw translated;
        }
    }
}
