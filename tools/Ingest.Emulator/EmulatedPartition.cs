using Ingest.Emulator.Log;

namespace Ingest.Emulator;

/// <summary>One partition of a hub. Safe for many threads.</summary>
public sealed class EmulatedPartition
{
    internal EmulatedPartition(int id, PartitionLog log)
    {
        Id = id;
        Log = log;
    }

    /// <summary>0 to the hub's partition count - 1.</summary>
    public int Id { get; }

    /// <summary>The oldest sequence number still held; that of the next event when none is.</summary>
    public long BeginningSequenceNumber => Log.State.Beginning;

    /// <summary>The newest sequence number ever given, also when its event has been dropped since; -1 before the first event.</summary>
    public long LastSequenceNumber => Log.State.Last;

    /// <summary>The offset of the newest event; <c>-1</c> before the first.</summary>
    public string LastOffset => Log.State.LastOffset.ToString();

    internal PartitionLog Log { get; }

    /// <summary>Appends an event as a producer would; returns its sequence number.</summary>
    public long Append(
        ReadOnlySpan<byte> body,
        string? partitionKey = null,
        IReadOnlyDictionary<string, object>? applicationProperties = null,
        IReadOnlyDictionary<string, object>? annotations = null,
        string? contentType = null,
        string? contentEncoding = null,
        string? messageId = null,
        string? correlationId = null) => Append(new EmulatedEvent
        {
            Body = body.ToArray(),
            PartitionKey = partitionKey,
            ApplicationProperties = applicationProperties,
            Annotations = annotations,
            ContentType = contentType,
            ContentEncoding = contentEncoding,
            MessageId = messageId,
            CorrelationId = correlationId,
        });

    /// <summary>Appends an event as a producer would; returns its sequence number.</summary>
    public long Append(EmulatedEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return Log.Append(PublishedMessage.Parse(e.Encode(), 0));
    }

    /// <summary>Drops every event below the sequence number, as retention does; receivers still behind it skip to it.</summary>
    public void TrimTo(long firstSequenceNumber) => Log.TrimTo(firstSequenceNumber);

    /// <summary>Whether a receiver that wants this sequence number next would miss events because they have been dropped.</summary>
    public bool WouldSkip(long sequenceNumber) => sequenceNumber < BeginningSequenceNumber;
}
