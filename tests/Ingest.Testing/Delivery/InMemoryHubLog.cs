using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Testing.Delivery;

/// <summary>One partition's log: append, trim, delete and create again.</summary>
public sealed class InMemoryHubLog(INetwork network) : IHubLog
{
    private readonly List<IncomingEvent> events = [];
    private readonly List<long> createdTimes = [DateTimeOffset.Parse("2026-11-23T06:58:00Z").ToUnixTimeMilliseconds()];

    public long CreatedUnixMs => createdTimes[^1];

    /// <summary>How often the hub was created, from 0; each event carries it as its partition key.</summary>
    public int Incarnation => createdTimes.Count - 1;

    public long Beginning { get; private set; }

    /// <summary>The next so many reads come back empty, as a slow broker's may.</summary>
    public int EmptyReads { get; set; }

    public int Reads { get; private set; }

    public long Last => events.Count - 1;

    /// <summary>Time between two events' enqueued times, asked for each event; default 10 s.</summary>
    public Func<long> NextStepMs { get; set; } = () => 10_000;

    /// <summary>When the last event was enqueued; the hub's creation before the first.</summary>
    public long LastEnqueuedUnixMs => events.Count == 0 ? CreatedUnixMs : events[^1].EnqueuedUnixMs;

    public void Append(int count, Func<long, ReadOnlyMemory<byte>>? body = null, Func<long, IDictionary<string, object>>? properties = null)
    {
        for (var i = 0; i < count; i++)
        {
            var sequence = (long)events.Count;
            events.Add(new IncomingEvent
            {
                SequenceNumber = sequence,
                Offset = (sequence * 100).ToString(System.Globalization.CultureInfo.InvariantCulture),
                EnqueuedUnixMs = sequence == 0 ? CreatedUnixMs : LastEnqueuedUnixMs + NextStepMs(),
                Body = body?.Invoke(sequence) ?? ReadOnlyMemory<byte>.Empty,
                Properties = properties?.Invoke(sequence),
                PartitionKey = Incarnation.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ContentType = "application/json",
            });
        }
    }

    public EventBatch Batch(PartitionId partition, long first, long last) =>
        new(partition, events.GetRange((int)first, (int)(last - first + 1)).ToArray());

    public int IncarnationCreatedAt(long unixMs) => createdTimes.IndexOf(unixMs);

    public void TrimTo(long firstKept) => Beginning = firstKept;

    public void Recreate()
    {
        createdTimes.Add(LastEnqueuedUnixMs + 3_600_000);
        events.Clear();
        Beginning = 0;
    }

    /// <summary>A forced geo promotion: the last events never reached the other region, and their numbers are given again.</summary>
    public void Promote(int lost)
    {
        var later = LastEnqueuedUnixMs + 600_000;
        events.RemoveRange(events.Count - lost, lost);
        var step = NextStepMs;
        NextStepMs = () => later - LastEnqueuedUnixMs;
        Append(1);
        NextStepMs = step;
    }

    public Task<HubState> GetStateAsync(PartitionId partition, CancellationToken cancellationToken) =>
        network.CallAsync("hub", () => new HubState(CreatedUnixMs, Beginning, Last, events.Count == 0 ? 0 : LastEnqueuedUnixMs));

    public Task<IReadOnlyList<IncomingEvent>> ReadAsync(
        PartitionId partition, long first, string? afterOffset, int maxEvents, long maxBytes, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<IncomingEvent>>("repair", () =>
        {
            Reads++;
            var bytes = 0L;
            return EmptyReads-- > 0 ? [] : events.Where(e => e.SequenceNumber >= Math.Max(first, Beginning)).Take(maxEvents)
                .TakeWhile((e, i) => (bytes += e.Body.Length) <= maxBytes || i == 0).ToArray();
        });
}
