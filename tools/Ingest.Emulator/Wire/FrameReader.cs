using System.Buffers.Binary;

namespace Ingest.Emulator.Wire;

/// <summary>What a <see cref="FrameReader"/> has cut out of the stream.</summary>
internal interface IFrameHandler
{
    /// <summary>Whether a protocol header comes next instead of a frame.</summary>
    bool ExpectsHeader { get; }

    /// <summary>Takes the eight bytes of a protocol header.</summary>
    void OnHeader(ReadOnlySpan<byte> header);

    /// <summary>Takes one frame body; the bytes are only good during the call.</summary>
    void OnFrame(byte type, ushort channel, byte[] buffer, int offset, int length);

    /// <summary>Whether the connection has ended, so that nothing behind the current frame counts.</summary>
    bool IsClosed { get; }
}

/// <summary>Cuts the received bytes into protocol headers and frames. Not thread-safe.</summary>
internal sealed class FrameReader(int maxFrameSize)
{
    private const int HeaderSize = 8;
    private const int InitialSize = 32 * 1024;
    private const int ReadAhead = 64 * 1024;

    private byte[] buffer = new byte[InitialSize];
    private int start;
    private int end;

    /// <summary>Where to receive into; never empty.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (start == end)
            {
                start = end = 0;
            }
            else if (buffer.Length - end < buffer.Length / 4)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
            }

            return buffer.AsMemory(end);
        }
    }

    public void Received(int count)
    {
        end += count;
        if (end == buffer.Length)
        {
            // The peer has more to say than the buffer holds: a busy producer, or a frame larger than it.
            var largest = maxFrameSize + ReadAhead;
            if (buffer.Length < largest)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 4, largest));
            }
        }
    }

    public void Discard() => start = end = 0;

    /// <exception cref="AmqpErrorException">A frame breaks the framing rules.</exception>
    public void Process(IFrameHandler handler)
    {
        while (!handler.IsClosed && end - start >= HeaderSize)
        {
            if (handler.ExpectsHeader)
            {
                var header = buffer.AsSpan(start, HeaderSize);
                start += HeaderSize;
                handler.OnHeader(header);
                continue;
            }

            var size = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(start));
            var bodyAt = buffer[start + 4] * 4;
            if (size > maxFrameSize || bodyAt < HeaderSize || bodyAt > size)
            {
                throw new AmqpErrorException(ErrorScope.Connection, ErrorConditions.FramingError,
                    $"A frame of {size} bytes with its body at {bodyAt} is not acceptable; frames hold 8-{maxFrameSize} bytes.");
            }

            if (end - start < size)
            {
                return;
            }

            var at = start;
            start += (int)size;
            handler.OnFrame(buffer[at + 5], BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(at + 6)), buffer, at + bodyAt, (int)size - bodyAt);
        }
    }
}
