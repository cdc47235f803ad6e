using System.Threading.Channels;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.EventHubs;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>One receiving link on its own connection; ends with the first failure.</summary>
internal sealed class PartitionReader : IAsyncDisposable
{
    private const ulong SelectorDescriptor = 0x0000468C00000004;
    private static readonly Symbol SelectorKey = "apache.org:selector-filter:string";

    private readonly Channel<EventData> events = Channel.CreateUnbounded<EventData>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly HubConnection connection;
    private readonly ReceiverLink link;
    private readonly PrefetchWindow window;
    private readonly ReadGate gate;
    private readonly CancellationTokenSource disconnected = new();

    private readonly LinkOpening opening;

    private PartitionReader(HubConnection connection, ReceiverLink link, LinkOpening opening, PrefetchWindow window, ReadGate gate)
    {
        this.opening = opening;
        this.connection = connection;
        this.link = link;
        this.window = window;
        this.gate = gate;
    }

    /// <summary>Trips when an exclusive reader took the link.</summary>
    public CancellationToken Disconnected => disconnected.Token;

    /// <exception cref="EventHubsException">The hub is missing or unreachable, or an exclusive reader is in place.</exception>
    public static async Task<PartitionReader> OpenAsync(ReadRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var hub = request.Endpoint.HubName;
        var gate = new ReadGate();
        var connection = await HubConnection.OpenAsync(request.Endpoint, request.Endpoint.Audience(request.Path), gate, time, cancellationToken);
        try
        {
            var opening = new LinkOpening(hub);
            var link = new ReceiverLink(connection.NewSession(), request.Path, AttachFor(request), opening.OnAttached);
            var reader = new PartitionReader(
                connection, link, opening, new PrefetchWindow(Math.Max(1, request.PrefetchEvents), request.PrefetchBytes), gate);
            link.AddClosedCallback(opening.OnClosed);
            link.AddClosedCallback((_, error) => reader.OnClosed(AmqpErrors.From(error, hub)));
            await opening.Task.WaitAsync(HubConnection.OperationTimeout, time, cancellationToken);
            link.Start(0, reader.OnMessage);
            reader.AddCredit(reader.window.Open());
            return reader;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (AmqpErrors.Translate(e, hub) is { } translated)
            {
                throw translated;
            }

            throw;
        }
    }

    /// <summary>
    /// Up to <paramref name="maximum"/> events: waits for the first, then takes what is there, and waits <paramref name="fillTime"/> at
    /// most for <paramref name="minimum"/>. Empty if none came within <paramref name="firstWait"/>.
    /// </summary>
    /// <exception cref="EventHubsException">The link is gone and everything it brought has been handed out.</exception>
    public async Task<EventData[]> TakeAsync(
        int minimum, int maximum, TimeSpan firstWait, TimeSpan fillTime, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await WaitAsync(firstWait, time, cancellationToken))
        {
            return [];
        }

        var batch = new List<EventData>(Math.Min(maximum, 4096));
        Drain(batch, maximum);
        var filledSince = time.GetTimestamp();
        while (batch.Count < minimum)
        {
            var rest = fillTime - time.GetElapsedTime(filledSince);
            try
            {
                if (rest <= TimeSpan.Zero || !await WaitAsync(rest, time, cancellationToken))
                {
                    break;
                }
            }
            catch (EventHubsException)
            {
                // What came before the link broke is still good; the next call reports the failure.
                break;
            }

            Drain(batch, maximum);
        }

        return [.. batch];
    }

    public async ValueTask DisposeAsync()
    {
        events.Writer.TryComplete();
        gate.Close();
        await connection.DisposeAsync();
    }

    private static Attach AttachFor(ReadRequest request)
    {
        var filter = new Map { { SelectorKey, new DescribedValue(SelectorDescriptor, request.Position.Selector) } };
        var properties = new Fields();
        if (request.Identifier != "")
        {
            properties[new Symbol("com.microsoft:receiver-name")] = request.Identifier;
        }

        if (request.OwnerLevel is { } level)
        {
            properties[new Symbol("com.microsoft:epoch")] = level;
        }

        return new Attach
        {
            Source = new Source { Address = request.Path, FilterSet = filter },
            Target = new Target(),
            SndSettleMode = SenderSettleMode.Settled,
            RcvSettleMode = ReceiverSettleMode.First,
            Properties = properties,
        };
    }

    private void OnClosed(EventHubsException reason)
    {
        events.Writer.TryComplete(reason);
        if (reason.Reason == EventHubsException.FailureReason.ConsumerDisconnected)
        {
            // Callbacks of the token run on their own thread: this one is the connection's pump.
            _ = disconnected.CancelAsync();
        }
    }

    private void OnMessage(IReceiverLink receiver, Message message)
    {
        var received = new EventData(new ReceivedEvent(message));
        if (!opening.IsSettledBySender)
        {
            receiver.Accept(message);
        }

        var credit = window.Arrived(received.Size);
        if (window.IsOverfull)
        {
            gate.Set(open: false);
        }

        events.Writer.TryWrite(received);
        AddCredit(credit);
    }

    private void Drain(List<EventData> batch, int maximum)
    {
        var (before, bytes) = (batch.Count, 0L);
        while (batch.Count < maximum && events.Reader.TryRead(out var received))
        {
            batch.Add(received);
            bytes += received.Size;
        }

        AddCredit(window.Taken(batch.Count - before, bytes));
        gate.Set(open: !window.IsOverfull);
    }

    private async Task<bool> WaitAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        if (events.Reader.TryPeek(out _))
        {
            return true;
        }

        using var timeout = wait == Timeout.InfiniteTimeSpan ? new CancellationTokenSource() : new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await events.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void AddCredit(int credit)
    {
        if (credit > 0)
        {
            link.SetCredit(credit, CreditMode.Manual);
        }
    }
}
