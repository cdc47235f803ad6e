using System.Buffers.Binary;
using System.Buffers.Text;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Log;

/// <summary>
/// The stored form of an event is what receivers get: a message-annotations section with the hub's values and the producer's own
/// annotations, then the producer's bare message untouched.
/// </summary>
internal static class StoredEvent
{
    // Section and map header (13), three hub annotations with names, constructors and the longest values (< 140).
    private const int Overhead = 160;

    private const byte Int64 = 0x81;
    private const byte Timestamp = 0x83;
    private const byte String8 = 0xa1;

    public static ReadOnlySpan<byte> PartitionKeyName => "x-opt-partition-key"u8;

    private static ReadOnlySpan<byte> SequenceNumberName => "x-opt-sequence-number"u8;

    private static ReadOnlySpan<byte> OffsetName => "x-opt-offset"u8;

    private static ReadOnlySpan<byte> EnqueuedTimeName => "x-opt-enqueued-time"u8;

    public static int MaxSize(in EventSections parts, ReadOnlySpan<byte> partitionKey)
        => Overhead + parts.Annotations.Length + PartitionKeyName.Length + 2 + partitionKey.Length + parts.Bare.Length;

    public static int Write(
        Span<byte> target, in EventSections parts, ReadOnlySpan<byte> partitionKey, long sequenceNumber, long offset, long enqueuedMs)
    {
        target[0] = 0;
        target[1] = 0x53;
        target[2] = 0x72;
        target[3] = 0xd1;
        var at = 12;
        var pairs = 3;

        at += WriteSymbol(target[at..], SequenceNumberName);
        target[at] = Int64;
        BinaryPrimitives.WriteInt64BigEndian(target[(at + 1)..], sequenceNumber);
        at += 9;

        at += WriteSymbol(target[at..], OffsetName);
        Utf8Formatter.TryFormat(offset, target[(at + 2)..], out var digits);
        target[at] = String8;
        target[at + 1] = (byte)digits;
        at += 2 + digits;

        at += WriteSymbol(target[at..], EnqueuedTimeName);
        target[at] = Timestamp;
        BinaryPrimitives.WriteInt64BigEndian(target[(at + 1)..], enqueuedMs);
        at += 9;

        // The batch's own key names the partition all its events went to; one inside an event cannot differ from it.
        if (!partitionKey.IsEmpty)
        {
            at += WriteSymbol(target[at..], PartitionKeyName);
            partitionKey.CopyTo(target[at..]);
            at += partitionKey.Length;
            pairs++;
        }

        pairs += CopyProducerAnnotations(parts, !partitionKey.IsEmpty, target, ref at);
        BinaryPrimitives.WriteInt32BigEndian(target[4..], at - 8);
        BinaryPrimitives.WriteInt32BigEndian(target[8..], pairs * 2);
        parts.Bare.CopyTo(target[at..]);
        return at + parts.Bare.Length;
    }

    private static int CopyProducerAnnotations(in EventSections parts, bool keyWritten, Span<byte> target, ref int at)
    {
        var copied = 0;
        var position = 0;
        for (var i = 0; i < parts.AnnotationCount; i++)
        {
            var value = AmqpBytes.Skip(parts.Annotations, position);
            var next = AmqpBytes.Skip(parts.Annotations, value);
            var name = parts.Annotations[position] is 0xa3 or 0xb3 ? AmqpBytes.Content(parts.Annotations, position) : default;
            var ownedByHub = name.SequenceEqual(SequenceNumberName) || name.SequenceEqual(OffsetName)
                || name.SequenceEqual(EnqueuedTimeName) || (keyWritten && name.SequenceEqual(PartitionKeyName));
            if (!ownedByHub)
            {
                parts.Annotations[position..next].CopyTo(target[at..]);
                at += next - position;
                copied++;
            }

            position = next;
        }

        return copied;
    }

    private static int WriteSymbol(Span<byte> target, ReadOnlySpan<byte> name)
    {
        target[0] = 0xa3;
        target[1] = (byte)name.Length;
        name.CopyTo(target[2..]);
        return 2 + name.Length;
    }
}
