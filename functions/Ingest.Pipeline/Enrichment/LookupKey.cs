using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>The UTF-8 key of one row after the other, in one buffer.</summary>
internal sealed class LookupKey
{
    private const byte Separator = (byte)'|';

    // Enough for an integer or a UUID.
    private const int MaxFormatted = 40;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(256);
    private int length;

    public ReadOnlySpan<byte> Utf8 => buffer.AsSpan(0, length);

    /// <summary>
    /// Joins the values by <c>|</c>. False where one is null, or where one of several holds a <c>|</c> itself: its key could be
    /// that of other values.
    /// </summary>
    public bool Read(Column[] columns, int row)
    {
        length = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].IsNull(row))
            {
                return false;
            }

            if (i > 0)
            {
                Room(1)[0] = Separator;
                length++;
            }

            var start = length;
            Append(columns[i], row);
            if (columns.Length > 1 && buffer.AsSpan(start, length - start).Contains(Separator))
            {
                return false;
            }
        }

        return true;
    }

    public void Return()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private void Append(Column column, int row)
    {
        int written;
        switch (column)
        {
            case BytesColumn bytes:
                var text = bytes[row];
                text.CopyTo(Room(text.Length));
                written = text.Length;
                break;
            case Int64Column integers:
                integers.Values[row].TryFormat(Room(MaxFormatted), out written, default, CultureInfo.InvariantCulture);
                break;
            case UuidColumn uuids:
                // The column holds the text's byte order in memory, whatever the number would be.
                var value = uuids.Values[row];
                new Guid(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in value)), bigEndian: true).TryFormat(Room(MaxFormatted), out written);
                break;
            default:
                throw new InvalidOperationException($"Column {column.Definition.Name} of type {column.Definition.Type} cannot be a lookup key.");
        }

        length += written;
    }

    private Span<byte> Room(int atLeast)
    {
        if (buffer.Length - length < atLeast)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + atLeast));
            Utf8.CopyTo(grown);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = grown;
        }

        return buffer.AsSpan(length);
    }
}
