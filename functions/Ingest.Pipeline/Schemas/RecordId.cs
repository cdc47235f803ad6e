using System.Buffers.Text;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>The id of the record read last, as text. Texts stay where they are; integers and UUIDs are written out.</summary>
internal sealed class RecordId
{
    private readonly byte[] written = new byte[UuidText.Length];
    private int length;

    /// <summary>Takes the id of the row being read; a record that has none gets its null here.</summary>
    public void Take(Column column, int row)
    {
        length = 0;
        if (column.Count == row)
        {
            column.AppendNull();
        }
        else if (column is Int64Column integers && !column.IsNull(row))
        {
            Utf8Formatter.TryFormat(integers.Values[row], written, out length);
        }
        else if (column is UuidColumn uuids && !column.IsNull(row))
        {
            UuidText.Format(uuids.Values[row], written);
            length = UuidText.Length;
        }
    }

    /// <summary>UTF-8, empty where the record has none; valid until the next record or the next change of the column.</summary>
    public ReadOnlySpan<byte> In(Column column) =>
        column is not BytesColumn text ? written.AsSpan(0, length) : text.IsNull(text.Count - 1) ? default : text[text.Count - 1];
}
