using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ingest.Storage.Parquet;

/// <summary>Smallest and largest value of a column chunk, in the order that Parquet defines for its type.</summary>
internal sealed class Statistics : IDisposable
{
    /// <summary>Longer texts are cut, the largest rounded up.</summary>
    private const int MaxText = 64;

    private readonly ByteBuffer minText = new();
    private readonly ByteBuffer maxText = new();
    private (long Min, long Max) integers;
    private (double Min, double Max) doubles;
    private (UInt128 Min, UInt128 Max) uuids;
    private bool isEmpty;
    private bool hasNaN;

    public void Clear()
    {
        (isEmpty, hasNaN) = (true, false);
        integers = (long.MaxValue, long.MinValue);
        doubles = (double.PositiveInfinity, double.NegativeInfinity);
        uuids = (UInt128.MaxValue, UInt128.MinValue);
    }

    /// <param name="count">Truth values, of which <paramref name="trues"/> are true.</param>
    public void Add(int trues, int count)
    {
        if (count > 0)
        {
            Add([trues == count ? 1 : 0, trues > 0 ? 1 : 0]);
        }
    }

    /// <exception cref="OverflowException">An integer so far has no place in an int32.</exception>
    public void RequireInt32(string column)
    {
        if (!isEmpty && (integers.Min < int.MinValue || integers.Max > int.MaxValue))
        {
            throw new OverflowException($"Column {column} holds {(integers.Min < int.MinValue ? integers.Min : integers.Max)}, which is no int32.");
        }
    }

    public void Add(ReadOnlySpan<long> values)
    {
        var i = 0;
        if (values.Length >= Vector256<long>.Count)
        {
            var (least, most) = (Vector256.Create(integers.Min), Vector256.Create(integers.Max));
            for (; i + Vector256<long>.Count <= values.Length; i += Vector256<long>.Count)
            {
                var four = Vector256.LoadUnsafe(in values[i]);
                (least, most) = (Vector256.Min(least, four), Vector256.Max(most, four));
            }

            integers.Min = Math.Min(Math.Min(least[0], least[1]), Math.Min(least[2], least[3]));
            integers.Max = Math.Max(Math.Max(most[0], most[1]), Math.Max(most[2], most[3]));
        }

        for (; i < values.Length; i++)
        {
            integers = (Math.Min(integers.Min, values[i]), Math.Max(integers.Max, values[i]));
        }

        isEmpty &= values.IsEmpty;
    }

    /// <summary>A chunk with a NaN has no bounds: the format gives it no place in the order, and readers give it different ones.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        var (min, max, i) = (doubles.Min, doubles.Max, 0);
        if (values.Length >= Vector256<double>.Count)
        {
            var (least, most, numbers) = (Vector256.Create(min), Vector256.Create(max), Vector256<double>.AllBitsSet);
            for (; i + Vector256<double>.Count <= values.Length; i += Vector256<double>.Count)
            {
                var four = Vector256.LoadUnsafe(in values[i]);
                least = Vector256.ConditionalSelect(Vector256.LessThan(four, least), four, least);
                most = Vector256.ConditionalSelect(Vector256.GreaterThan(four, most), four, most);
                numbers &= Vector256.Equals(four, four);
            }

            hasNaN |= Vector256.ExtractMostSignificantBits(numbers) != 0b1111;
            for (var lane = 0; lane < Vector256<double>.Count; lane++)
            {
                (min, max) = (Math.Min(min, least[lane]), Math.Max(max, most[lane]));
            }
        }

        for (; i < values.Length; i++)
        {
            (min, max) = (values[i] < min ? values[i] : min, values[i] > max ? values[i] : max);
            hasNaN |= double.IsNaN(values[i]);
        }

        doubles = (min, max);
        isEmpty &= values.IsEmpty;
    }

    public void Add(ReadOnlySpan<UInt128> values)
    {
        foreach (var value in values)
        {
            var ordered = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
            uuids = (ordered < uuids.Min ? ordered : uuids.Min, ordered > uuids.Max ? ordered : uuids.Max);
        }

        isEmpty &= values.IsEmpty;
    }

    public void Add(ReadOnlySpan<byte> data, ReadOnlySpan<Slice> texts)
    {
        if (texts.IsEmpty)
        {
            return;
        }

        var first = texts[0].Of(data);
        var min = isEmpty || first.SequenceCompareTo(minText.Written) < 0 ? first : minText.Written;
        var max = isEmpty || first.SequenceCompareTo(maxText.Written) > 0 ? first : maxText.Written;
        foreach (var slice in texts)
        {
            var text = slice.Of(data);
            if (text.SequenceCompareTo(min) < 0)
            {
                min = text;
            }
            else if (text.SequenceCompareTo(max) > 0)
            {
                max = text;
            }
        }

        Keep(min, minText);
        Keep(max, maxText);
        isEmpty = false;
    }

    /// <summary>Writes the struct that begins in <paramref name="field"/>.</summary>
    public void Write(short field, long nulls, ParquetType type, CompactWriter writer)
    {
        writer.BeginStruct(field);
        writer.Int64(3, nulls);
        if (!isEmpty && !hasNaN)
        {
            Span<byte> pair = stackalloc byte[32];
            switch (SchemaMetadata.PhysicalOf(type))
            {
                case PhysicalType.Boolean:
                    (pair[0], pair[1]) = ((byte)integers.Min, (byte)integers.Max);
                    Exact(pair[..1], pair.Slice(1, 1), writer);
                    break;
                case PhysicalType.Int32:
                    BinaryPrimitives.WriteInt32LittleEndian(pair, (int)integers.Min);
                    BinaryPrimitives.WriteInt32LittleEndian(pair[4..], (int)integers.Max);
                    Exact(pair[..4], pair.Slice(4, 4), writer);
                    break;
                case PhysicalType.Int64:
                    BinaryPrimitives.WriteInt64LittleEndian(pair, integers.Min);
                    BinaryPrimitives.WriteInt64LittleEndian(pair[8..], integers.Max);
                    Exact(pair[..8], pair.Slice(8, 8), writer);
                    break;
                case PhysicalType.Double:
                    // A zero may stand for either of the two, which readers may tell apart.
                    BinaryPrimitives.WriteDoubleLittleEndian(pair, doubles.Min == 0 ? -0.0 : doubles.Min);
                    BinaryPrimitives.WriteDoubleLittleEndian(pair[8..], doubles.Max == 0 ? 0.0 : doubles.Max);
                    Exact(pair[..8], pair.Slice(8, 8), writer);
                    break;
                case PhysicalType.FixedLengthByteArray:
                    BinaryPrimitives.WriteUInt128BigEndian(pair, uuids.Min);
                    BinaryPrimitives.WriteUInt128BigEndian(pair[16..], uuids.Max);
                    Exact(pair[..16], pair[16..], writer);
                    break;
                default:
                    Texts(writer);
                    break;
            }
        }

        writer.EndStruct();
    }

    public void Dispose()
    {
        minText.Dispose();
        maxText.Dispose();
    }

    private static void Exact(ReadOnlySpan<byte> min, ReadOnlySpan<byte> max, CompactWriter writer)
    {
        writer.Binary(5, max);
        writer.Binary(6, min);
        writer.Boolean(7, true);
        writer.Boolean(8, true);
    }

    private void Texts(CompactWriter writer)
    {
        Span<byte> bound = stackalloc byte[MaxText];
        scoped var max = maxText.Written;
        if (max.Length > MaxText)
        {
            max = bound[..TextBounds.Above(max, bound)];
            if (max.IsEmpty)
            {
                return;
            }
        }

        writer.Binary(5, max);
        writer.Binary(6, TextBounds.Below(minText.Written, MaxText));
        writer.Boolean(7, maxText.Length <= MaxText);
        writer.Boolean(8, minText.Length <= MaxText);
    }

    private static void Keep(ReadOnlySpan<byte> text, ByteBuffer target)
    {
        if (text.Overlaps(target.Written) || (text.IsEmpty && target.Length == 0))
        {
            return;
        }

        target.Clear();
        target.Write(text);
    }
}
