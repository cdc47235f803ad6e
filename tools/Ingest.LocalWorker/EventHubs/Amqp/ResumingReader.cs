using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>Reads a partition over as many links as it takes: behind a broken one it goes on after the last event handed out.</summary>
internal sealed class ResumingReader(ReadRequest first, TimeProvider time) : IAsyncDisposable
{
    private const int Attempts = 4;

    private ReadRequest next = first;
    private PartitionReader? reader;
    private bool closed;

    /// <summary>Trips when an exclusive reader took the present link, even while nobody reads; belongs to that link only.</summary>
    public CancellationToken Disconnected => reader?.Disconnected ?? CancellationToken.None;

    /// <summary>Up to <paramref name="maximum"/> events; empty if none came within <paramref name="wait"/>.</summary>
    /// <exception cref="EventHubsException">Permanent, or still there after four attempts; the next call tries again.</exception>
    public Task<EventData[]> ReceiveAsync(int maximum, TimeSpan wait, CancellationToken cancellationToken) =>
        ReceiveAsync(1, maximum, wait, TimeSpan.Zero, cancellationToken);

    /// <summary>As above, and waits <paramref name="fillTime"/> after the first event for <paramref name="minimum"/> events.</summary>
    /// <exception cref="EventHubsException">Permanent, or still there after four attempts; the next call tries again.</exception>
    public async Task<EventData[]> ReceiveAsync(
        int minimum, int maximum, TimeSpan wait, TimeSpan fillTime, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReceiveOnceAsync(minimum, maximum, wait, fillTime, cancellationToken);
            }
            catch (EventHubsException e)
            {
                await DropAsync();
                if (!e.IsTransient || attempt == Attempts || closed)
                {
                    throw;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50 << (attempt * 2)), time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        closed = true;
        await DropAsync();
    }

    private async Task<EventData[]> ReceiveOnceAsync(
        int minimum, int maximum, TimeSpan wait, TimeSpan fillTime, CancellationToken cancellationToken)
    {
        if (closed)
        {
            throw new EventHubsException(
                false, next.Endpoint.HubName, "The reader is closed.", EventHubsException.FailureReason.ClientClosed);
        }

        reader ??= await PartitionReader.OpenAsync(next, time, cancellationToken);
        var batch = await reader.TakeAsync(minimum, maximum, wait, fillTime, time, cancellationToken);
        if (batch is [.., { OffsetString: { } offset }])
        {
            next = next with { Position = EventPosition.FromOffset(offset, isInclusive: false) };
        }

        return batch;
    }

    private async Task DropAsync()
    {
        if (reader is not null)
        {
            await reader.DisposeAsync();
            reader = null;
        }
    }
}
