using System.Globalization;
using Amqp;
using Amqp.Framing;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>Request and response over a pair of links (<c>$cbs</c>, <c>$management</c>); one request at a time.</summary>
internal sealed class RequestLink : IAsyncDisposable
{
    private static int opened;

    private readonly Session session;
    private readonly SenderLink sender;
    private readonly ReceiverLink receiver;
    private readonly string replyTo;
    private int requests;

    private RequestLink(Session session, SenderLink sender, ReceiverLink receiver, string replyTo)
    {
        this.session = session;
        this.sender = sender;
        this.receiver = receiver;
        this.replyTo = replyTo;
    }

    public static async Task<RequestLink> OpenAsync(
        Session session, string node, string name, string hub, TimeProvider time, CancellationToken cancellationToken)
    {
        var replyTo = string.Create(CultureInfo.InvariantCulture, $"{name}-{Environment.ProcessId}-{Interlocked.Increment(ref opened)}");
        var attached = new LinkOpening(hub);
        var receiver = new ReceiverLink(
            session,
            replyTo,
            new Attach { Source = new Source { Address = node }, Target = new Target { Address = replyTo } },
            attached.OnAttached);
        receiver.AddClosedCallback(attached.OnClosed);
        var sender = new SenderLink(session, replyTo + "-requests", node);
        await attached.Task.WaitAsync(HubConnection.OperationTimeout, time, cancellationToken);
        receiver.SetCredit(10, autoRestore: true);
        return new RequestLink(session, sender, receiver, replyTo);
    }

    public async Task<Message> SendAsync(Message request, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{replyTo}-{++requests}");
        request.Properties = new Properties { MessageId = id, ReplyTo = replyTo };
        await sender.SendAsync(request).WaitAsync(HubConnection.OperationTimeout, time, cancellationToken);
        while (true)
        {
            var response = await receiver.ReceiveAsync(HubConnection.OperationTimeout).WaitAsync(cancellationToken)
                ?? throw new TimeoutException("The hub did not answer a request in time.");
            receiver.Accept(response);
            if (response.Properties?.GetCorrelationId()?.ToString() == id)
            {
                return response;
            }
        }
    }

    public static int Status(Message response) =>
        Convert.ToInt32(response.ApplicationProperties?["status-code"], CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await session.CloseAsync(TimeSpan.FromSeconds(5), null);
        }
        catch (Exception e) when (AmqpErrors.Translate(e, "") is not null)
        {
            // The connection went first.
        }
    }
}

/// <summary>Waits until a link is attached or refused: a refusal is an attach without source, followed by a detach with the reason.</summary>
internal sealed class LinkOpening(string hub)
{
    private readonly TaskCompletionSource opening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => opening.Task;

    /// <summary>Whether the other side settles what it sends, so that accepting it would be work for nothing.</summary>
    public bool IsSettledBySender { get; private set; }

    public void OnAttached(ILink link, Attach attach)
    {
        IsSettledBySender = attach.SndSettleMode == SenderSettleMode.Settled;
        if (attach.Source is not null)
        {
            opening.TrySetResult();
        }
    }

    public void OnClosed(IAmqpObject sender, Error? error) => opening.TrySetException(AmqpErrors.From(error, hub));
}
