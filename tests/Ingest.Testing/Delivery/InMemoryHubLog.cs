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

    public void Append(int count, Func<long, ReadOnlyMemory<byte>>? body = null, Func<long, IDictionary<string, object>>? properties = null)
    {
        for (var i = 0; i < count; i++)
        {
            var sequence = (long)events.Count;
            events.Add(new IncomingEvent
            {
                SequenceNumber = sequence,
                Offset = (sequence * 100).ToString(System.Globalization.CultureInfo.InvariantCulture),
                EnqueuedUnixMs = CreatedUnixMs + (sequence * 10_000),
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
        createdTimes.Add(CreatedUnixMs + 3_600_000);
        events.Clear();
        Beginning = 0;
    }

    public Task<HubState> GetStateAsync(PartitionId partition, CancellationToken cancellationToken) =>
        network.CallAsync("hub", () => new HubState(CreatedUnixMs, Beginning, Last, events.Count == Beginning));

    public Task<IReadOnlyList<IncomingEvent>> ReadAsync(PartitionId partition, long first, string? afterOffset, int maxEvents, CancellationToken cancellationToken) =>
        network.CallAsync<IReadOnlyList<IncomingEvent>>("repair", () =>
        {
            Reads++;
            return EmptyReads-- > 0 ? [] : events.Where(e => e.SequenceNumber >= Math.Max(first, Beginning)).Take(maxEvents).ToArray();
        });
}
