using System.Buffers.Binary;
using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary>A place in the wire format. Methods return false where the bytes end or cannot be; <see cref="Problem"/> then says why.</summary>
internal ref struct ProtoCursor(ReadOnlySpan<byte> bytes, int start, int end, DecodingOptions options)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>The whole record; <see cref="At"/> and <see cref="End"/> count from its beginning.</summary>
    public readonly ReadOnlySpan<byte> Bytes => bytes;

    public readonly DecodingOptions Options => options;

    public int At { get; set; } = start;

    public int End { get; set; } = end;

    public string Problem { get; private set; } = "The bytes end inside a value.";

    public FaultCode Code { get; private set; } = FaultCode.Malformed;

    public bool Fail(FaultCode code, string problem)
    {
        (Code, Problem) = (code, problem);
        return false;
    }

    public readonly bool Fault(RowWriter row, string pointer) => row.Fail(Code, Problem, pointer);

    public bool TryVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (At >= End)
            {
                return Truncated();
            }

            var b = bytes[At++];
            if (shift == 63 && b > 1)
            {
                break;
            }

            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        return Fail(FaultCode.Malformed, "A varint has more than 64 bits.");
    }

    public bool TryTag(out int number, out int wireType)
    {
        (number, wireType) = (0, 0);
        if (!TryVarint(out var tag))
        {
            return false;
        }

        (number, wireType) = ((int)(tag >> 3), (int)(tag & 7));
        return tag <= uint.MaxValue && number > 0
            ? wireType <= 5 || Fail(FaultCode.Malformed, $"There is no wire type {wireType}.")
            : Fail(FaultCode.Malformed, $"There is no field number {tag >> 3}.");
    }

    public bool TryFixed32(out uint value)
    {
        value = 0;
        if (End - At < 4)
        {
            return Truncated();
        }

        value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[At..]);
        At += 4;
        return true;
    }

    public bool TryFixed64(out ulong value)
    {
        value = 0;
        if (End - At < 8)
        {
            return Truncated();
        }

        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes[At..]);
        At += 8;
        return true;
    }

    /// <summary>A length, and the cursor then stands at the first of so many bytes.</summary>
    public bool TryLength(out int length)
    {
        length = 0;
        if (!TryVarint(out var raw))
        {
            return false;
        }

        if (raw > (ulong)(End - At))
        {
            return Truncated();
        }

        length = (int)raw;
        return true;
    }

    /// <summary>Text or bytes.</summary>
    public bool TryBlob(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryLength(out var length))
        {
            return false;
        }

        if (length > options.MaxStringBytes)
        {
            return Fail(FaultCode.TooLarge, $"A text or bytes value has {length} bytes; at most {options.MaxStringBytes} are accepted.");
        }

        value = bytes.Slice(At, length);
        At += length;
        return true;
    }

    /// <summary>A field that nobody asked for.</summary>
    public bool TrySkip(int number, int wireType)
    {
        switch (wireType)
        {
            case 0:
                return TryVarint(out _);
            case 1:
                return TryFixed64(out _);
            case 2:
                if (!TryLength(out var length))
                {
                    return false;
                }

                At += length;
                return true;
            case 5:
                return TryFixed32(out _);
            case 3:
                return TrySkipGroup(number, 1);
            default:
                return Fail(FaultCode.Malformed, "A group ends that did not begin.");
        }
    }

    private bool TrySkipGroup(int number, int depth)
    {
        if (depth > options.MaxDepth)
        {
            return Fail(FaultCode.TooLarge, $"Groups are nested more than {options.MaxDepth} levels deep.");
        }

        while (true)
        {
            if (!TryTag(out var inner, out var wireType))
            {
                return false;
            }

            if (wireType == 4)
            {
                return inner == number || Fail(FaultCode.Malformed, "A group ends that did not begin.");
            }

            if (wireType == 3 ? !TrySkipGroup(inner, depth + 1) : !TrySkip(inner, wireType))
            {
                return false;
            }
        }
    }

    private bool Truncated() => Fail(FaultCode.Malformed, "The bytes end inside a value.");
}
