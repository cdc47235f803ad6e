using System.Buffers.Binary;
using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>A place in Avro's binary encoding. Methods return false where the bytes end or cannot be; <see cref="Problem"/> then says why.</summary>
/// <param name="budget">How many values may be visited: some take no bytes at all.</param>
internal ref struct AvroCursor(ReadOnlySpan<byte> bytes, int maxText, int maxDepth, long budget)
{
    public const string Truncated = "The bytes end inside a value.";
    private const string TooMany = "The event holds more values than its size justifies.";
    private readonly ReadOnlySpan<byte> bytes = bytes;

    public int At { get; set; }

    public long Budget { get; set; } = budget;

    public int MaxDepth { get; } = maxDepth;

    public string Problem { get; private set; } = Truncated;

    public FaultCode Code { get; private set; } = FaultCode.Malformed;

    public readonly int Left => bytes.Length - At;

    public bool Fail(FaultCode code, string problem)
    {
        (Code, Problem) = (code, problem);
        return false;
    }

    public readonly bool Fault(RowWriter row, string pointer) => row.Fail(Code, Problem, pointer);

    public bool TryLong(out long value)
    {
        var raw = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (At >= bytes.Length)
            {
                value = 0;
                return Fail(FaultCode.Malformed, Truncated);
            }

            var b = bytes[At++];
            if (shift == 63 && b > 1)
            {
                break;
            }

            raw |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }

        value = 0;
        return Fail(FaultCode.Malformed, "An integer has more than 64 bits.");
    }

    public bool TryInt(out int value)
    {
        value = 0;
        if (!TryLong(out var wide))
        {
            return false;
        }

        value = (int)wide;
        return value == wide || Fail(FaultCode.Malformed, "An int has more than 32 bits.");
    }

    public bool TryBoolean(out bool value)
    {
        value = false;
        if (Left < 1)
        {
            return Fail(FaultCode.Malformed, Truncated);
        }

        var b = bytes[At++];
        value = b == 1;
        return b <= 1 || Fail(FaultCode.Malformed, "A boolean is neither 0 nor 1.");
    }

    public bool TryFloat(out float value)
    {
        value = 0;
        if (!TryTake(sizeof(float), out var raw))
        {
            return false;
        }

        value = BinaryPrimitives.ReadSingleLittleEndian(raw);
        return true;
    }

    public bool TryDouble(out double value)
    {
        value = 0;
        if (!TryTake(sizeof(double), out var raw))
        {
            return false;
        }

        value = BinaryPrimitives.ReadDoubleLittleEndian(raw);
        return true;
    }

    /// <summary>Bytes or a string: a length, then so many bytes.</summary>
    public bool TryBytes(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryLong(out var length))
        {
            return false;
        }

        if (length < 0 || length > Left)
        {
            return Fail(FaultCode.Malformed, length < 0 ? "A length is negative." : Truncated);
        }

        return length > maxText
            ? Fail(FaultCode.TooLarge, $"A text or bytes value has {length} bytes; at most {maxText} are accepted.")
            : TryTake((int)length, out value);
    }

    public bool TryTake(int length, out ReadOnlySpan<byte> value)
    {
        if (length > Left)
        {
            value = default;
            return Fail(FaultCode.Malformed, Truncated);
        }

        value = bytes.Slice(At, length);
        At += length;
        return true;
    }

    /// <summary>How many items the next block of an array or a map holds; 0 at its end.</summary>
    public bool TryBlock(out long count)
    {
        if (!TryLong(out count))
        {
            return false;
        }

        if (count < 0)
        {
            // A negative count is followed by the block's size, for readers that skip it.
            if (count == long.MinValue || !TryLong(out var size))
            {
                return Fail(FaultCode.Malformed, count == long.MinValue ? "A block has too many items." : Problem);
            }

            count = -count;
            if (size < 0 || size > Left)
            {
                return Fail(FaultCode.Malformed, "The size of a block is not that of its items.");
            }
        }

        return count <= Budget || Fail(FaultCode.TooLarge, TooMany);
    }

    public bool TryBranch(AvroType union, out int branch) =>
        TryInt(out branch)
        && ((uint)branch < (uint)union.Branches.Count || Fail(FaultCode.Malformed, $"A union has no branch {branch}."));

    public bool TrySymbol(int count, out int symbol) =>
        TryInt(out symbol) && ((uint)symbol < (uint)count || Fail(FaultCode.Malformed, $"An enum has no symbol {symbol}."));

    /// <summary>Counts a value that is about to be visited, and its depth.</summary>
    public bool TryEnter(int depth) =>
        depth > MaxDepth ? Fail(FaultCode.TooLarge, $"Values are nested more than {MaxDepth} levels deep.")
        : --Budget >= 0 || Fail(FaultCode.TooLarge, TooMany);

    public bool TrySkip(AvroType type, int depth = 0)
    {
        if (!TryEnter(depth))
        {
            return false;
        }

        switch (type.Kind)
        {
            case AvroKind.Null:
                return true;
            case AvroKind.Boolean:
                return TryBoolean(out _);
            case AvroKind.Int:
                return TryInt(out _);
            case AvroKind.Long:
                return TryLong(out _);
            case AvroKind.Enum:
                return TrySymbol(type.Symbols.Count, out _);
            case AvroKind.Float:
                return TryTake(sizeof(float), out _);
            case AvroKind.Double:
                return TryTake(sizeof(double), out _);
            case AvroKind.Fixed:
                return TryTake(type.Size, out _);
            case AvroKind.Bytes or AvroKind.String:
                return TryBytes(out _);
            case AvroKind.Union:
                return TryBranch(type, out var branch) && TrySkip(type.Branches[branch], depth + 1);
            case AvroKind.Record:
                foreach (var field in type.Fields)
                {
                    if (!TrySkip(field.Type, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            default:
                while (true)
                {
                    if (!TryBlock(out var count))
                    {
                        return false;
                    }

                    if (count == 0)
                    {
                        return true;
                    }

                    for (; count > 0; count--)
                    {
                        if ((type.Kind == AvroKind.Map && !TryBytes(out _)) || !TrySkip(type.Items!, depth + 1))
                        {
                            return false;
                        }
                    }
                }
        }
    }
}
