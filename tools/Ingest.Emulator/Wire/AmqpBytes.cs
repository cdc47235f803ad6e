using System.Buffers.Binary;

namespace Ingest.Emulator.Wire;

/// <summary>
/// Walks encoded AMQP 1.0 values in place. Every position is checked, so that hostile bytes end in
/// <see cref="AmqpDecodeException"/> and never outside the span.
/// </summary>
internal static class AmqpBytes
{
    // Descriptors may themselves be described; without a bound a peer could overflow the stack, which no catch survives.
    private const int MaxNesting = 8;

    /// <summary>The code of the section at <paramref name="position"/> and where its value begins.</summary>
    public static byte SectionCode(ReadOnlySpan<byte> bytes, int position, out int value)
    {
        if (position + 3 <= bytes.Length && bytes[position] == 0)
        {
            if (bytes[position + 1] == 0x53)
            {
                value = position + 3;
                return bytes[position + 2];
            }

            if (bytes[position + 1] == 0x80 && position + 10 <= bytes.Length
                && BinaryPrimitives.ReadUInt64BigEndian(bytes[(position + 2)..]) is <= byte.MaxValue and var code)
            {
                value = position + 10;
                return (byte)code;
            }
        }

        throw new AmqpDecodeException($"There is no message section at byte {position}.");
    }

    /// <summary>The position behind the value at <paramref name="position"/>.</summary>
    public static int Skip(ReadOnlySpan<byte> bytes, int position) => Skip(bytes, position, 0);

    /// <summary>The content of the string, symbol or binary at <paramref name="position"/>.</summary>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> bytes, int position)
    {
        var end = Skip(bytes, position);
        return (bytes[position] >> 4) switch
        {
            0xa => bytes[(position + 2)..end],
            0xb => bytes[(position + 5)..end],
            _ => throw new AmqpDecodeException($"Byte {position} does not begin a string, symbol or binary."),
        };
    }

    /// <summary>The keys and values of the map at <paramref name="position"/>, each pair checked.</summary>
    public static ReadOnlySpan<byte> MapContent(ReadOnlySpan<byte> bytes, int position, out int pairs)
    {
        var end = Skip(bytes, position);
        var begin = bytes[position] switch { 0xc1 => position + 3, 0xd1 => position + 9, _ => end + 1 };
        if (begin > end)
        {
            throw new AmqpDecodeException($"Byte {position} does not begin a map.");
        }

        var count = bytes[position] == 0xc1 ? bytes[position + 2] : BinaryPrimitives.ReadUInt32BigEndian(bytes[(position + 5)..]);
        var content = bytes[begin..end];
        var at = 0;
        for (uint i = 0; i < count; i++)
        {
            at = Skip(content, at);
        }

        if (at != content.Length || count % 2 != 0)
        {
            throw new AmqpDecodeException($"The map at byte {position} does not hold what it declares.");
        }

        pairs = (int)(count / 2);
        return content;
    }

    private static int Skip(ReadOnlySpan<byte> bytes, int position, int depth)
    {
        if ((uint)position >= (uint)bytes.Length)
        {
            throw new AmqpDecodeException($"A value is missing at byte {position}.");
        }

        var constructor = bytes[position];
        if (constructor == 0)
        {
            return depth == MaxNesting
                ? throw new AmqpDecodeException($"Described values are nested more than {MaxNesting} deep at byte {position}.")
                : Skip(bytes, Skip(bytes, position + 1, depth + 1), depth + 1);
        }

        var end = (constructor >> 4) switch
        {
            0x4 => position + 1L,
            0x5 => position + 2L,
            0x6 => position + 3L,
            0x7 => position + 5L,
            0x8 => position + 9L,
            0x9 => position + 17L,
            0xa or 0xc or 0xe when position + 2 <= bytes.Length => position + 2L + bytes[position + 1],
            0xb or 0xd or 0xf when position + 5 <= bytes.Length
                => position + 5L + BinaryPrimitives.ReadUInt32BigEndian(bytes[(position + 1)..]),
            _ => throw new AmqpDecodeException($"Byte {position} ({constructor:x2}) does not begin an AMQP value."),
        };
        return end <= bytes.Length ? (int)end : throw new AmqpDecodeException($"The value at byte {position} ends outside its message.");
    }
}
