using System.Buffers.Binary;
using Amqp;
using Amqp.Types;

namespace Ingest.Emulator.Wire;

/// <summary>
/// Frames waiting to be sent. Two buffers change places, so that one fills while the other is on its way. Not thread-safe: the
/// connection's lock guards it.
/// </summary>
internal sealed class OutputBuffer
{
    private const byte AmqpFrame = 0;
    private const byte SaslFrame = 1;
    private const int FrameHeaderSize = 8;
    private const int FirstTransferSize = FrameHeaderSize + 25;
    private const int NextTransferSize = FrameHeaderSize + 16;

    private byte[] filling = new byte[16 * 1024];
    private byte[] sending = new byte[16 * 1024];

    /// <summary>Bytes waiting.</summary>
    public int Length { get; private set; }

    /// <summary>Takes what waits; it stays valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var taken = filling.AsMemory(0, Length);
        (filling, sending) = (sending, filling);
        Length = 0;
        return taken;
    }

    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void WriteHeartbeat() => WriteRaw([0, 0, 0, FrameHeaderSize, 2, AmqpFrame, 0, 0]);

    public void WriteFrame(ushort channel, RestrictedDescribed performative) => WriteFrame(AmqpFrame, channel, performative);

    public void WriteSaslFrame(RestrictedDescribed performative) => WriteFrame(SaslFrame, 0, performative);

    /// <summary>
    /// Writes one transfer frame with as much of the payload (<paramref name="prefix"/>, then <paramref name="body"/>) behind
    /// <paramref name="sent"/> as fits into <paramref name="maxFrameSize"/>; returns how many payload bytes it holds.
    /// </summary>
    public int WriteTransfer(
        in TransferHeader header, int maxFrameSize, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> body, int sent)
    {
        var first = sent == 0;
        var headerSize = first ? FirstTransferSize : NextTransferSize;
        var left = prefix.Length + body.Length - sent;
        var size = Math.Min(left, maxFrameSize - headerSize);
        var more = size < left;
        var frame = Reserve(headerSize + size);
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        frame[4] = 2;
        frame[5] = AmqpFrame;
        BinaryPrimitives.WriteUInt16BigEndian(frame[6..], header.Channel);
        frame[8] = 0;
        frame[9] = 0x53;
        frame[10] = 0x14;
        frame[11] = 0xc0;
        frame[12] = (byte)(headerSize - 13);
        frame[13] = 6;
        frame[14] = 0x70;
        BinaryPrimitives.WriteUInt32BigEndian(frame[15..], header.Handle);
        if (first)
        {
            frame[19] = 0x70;
            BinaryPrimitives.WriteUInt32BigEndian(frame[20..], header.DeliveryId);
            frame[24] = 0xa0;
            frame[25] = 4;
            BinaryPrimitives.WriteUInt32BigEndian(frame[26..], header.DeliveryTag);
            frame[30] = 0x43;
            frame[31] = Boolean(header.Settled);
            frame[32] = Boolean(more);
        }
        else
        {
            frame[19..23].Fill(0x40);
            frame[23] = Boolean(more);
        }

        var payload = frame[headerSize..];
        if (sent < prefix.Length)
        {
            var part = prefix[sent..Math.Min(prefix.Length, sent + size)];
            part.CopyTo(payload);
            payload = payload[part.Length..];
            body[..payload.Length].CopyTo(payload);
        }
        else
        {
            body.Slice(sent - prefix.Length, size).CopyTo(payload);
        }

        return size;
    }

    private static byte Boolean(bool value) => value ? (byte)0x41 : (byte)0x42;

    private void WriteFrame(byte type, ushort channel, RestrictedDescribed performative)
    {
        var encoded = new ByteBuffer(256, true);
        performative.Encode(encoded);
        var frame = Reserve(FrameHeaderSize + encoded.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        frame[4] = 2;
        frame[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(frame[6..], channel);
        encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).CopyTo(frame[FrameHeaderSize..]);
    }

    private Span<byte> Reserve(int size)
    {
        if (filling.Length - Length < size)
        {
            Array.Resize(ref filling, Math.Max(filling.Length * 2, Length + size));
        }

        var reserved = filling.AsSpan(Length, size);
        Length += size;
        return reserved;
    }
}

/// <summary>The fields of a transfer that do not depend on how its payload is split.</summary>
internal readonly record struct TransferHeader(ushort Channel, uint Handle, uint DeliveryId, uint DeliveryTag, bool Settled);
