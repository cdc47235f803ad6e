using System.Runtime.InteropServices;
using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>Chunks of a dictionary and indices into it.</summary>
internal sealed partial class ChunkWriter
{
    /// <summary>Writes the same number in each row of a required column.</summary>
    public void WriteConstant(ParquetColumn spec, long value, int rows)
    {
        pages.BeginChunk(codecs.Packed);
        statistics.Clear();
        statistics.Add([value]);
        if (SchemaMetadata.PhysicalOf(spec.Type) == PhysicalType.Int32)
        {
            Plain.Write<int>([checked((int)value)], pages.Dictionary);
        }
        else
        {
            Plain.Write<long>([value], pages.Dictionary);
        }

        WriteConstant(spec, rows);
    }

    /// <summary>Writes the same text in each row of a required column.</summary>
    public void WriteConstant(ParquetColumn spec, ReadOnlySpan<byte> text, int rows)
    {
        Slice all = new(0, text.Length);
        pages.BeginChunk(codecs.Packed);
        statistics.Clear();
        statistics.Add(text, [all]);
        Plain.WriteTexts(text, [all], pages.Dictionary);
        WriteConstant(spec, rows);
    }

    private void WriteConstant(ParquetColumn spec, int rows)
    {
        pages.SetDictionary(1);
        for (var offset = 0; offset < rows; offset += Paging.MaxValues)
        {
            var count = Math.Min(Paging.MaxValues, rows - offset);
            pages.Page.Write(1);
            RunLength.WriteRun(0, count, 1, pages.Page);
            pages.EndPage(count, 0, PageEncoding.RleDictionary, 0, pages.Page.Length);
        }

        EndChunk(spec, true, null);
    }

    /// <summary>Fills the dictionary of the column's type, and <see cref="indices"/> with the present values' numbers in it.</summary>
    /// <returns>False when the values repeat less than the sample promised.</returns>
    private bool TryIndex(Column column, RowSelection rows)
    {
        var leaf = Leaf(column);
        var numbered = indices.Take(CountValues(column, rows));
        switch (leaf)
        {
            case BytesColumn:
                texts.Clear();
                break;
            case UuidColumn:
                uuids.Clear();
                break;
            default:
                numbers.Clear();
                break;
        }

        for (var offset = 0; offset < rows.Count;)
        {
            var page = rows.Slice(offset, Paging.Count(column, rows, offset));
            offset += page.Count;
            var present = levels.Present(column, page);
            var isWorthwhile = leaf switch
            {
                BytesColumn bytes => texts.TryAdd(bytes.Data, values.Take(bytes, present), numbered),
                UuidColumn ids => uuids.TryAdd(values.Take(ids, present), numbered),
                DoubleColumn doubles => numbers.TryAdd(Bits(values.Take(doubles, present)), numbered),
                _ => numbers.TryAdd(Bits(values.Take((Int64Column)leaf, present)), numbered),
            };
            if (!isWorthwhile)
            {
                return false;
            }

            numbered = numbered[present.Count..];
        }

        return true;
    }

    private void WriteIndexed(ParquetColumn spec, Column column, RowSelection rows, KeptChunk? keep)
    {
        pages.BeginChunk(codecs.Packed, keep?.Bytes);
        statistics.Clear();
        var distinct = WriteEntries(Leaf(column), spec.Type);
        pages.SetDictionary(distinct);
        var width = WidthOf(distinct);
        ReadOnlySpan<uint> rest = indices.Take(CountValues(column, rows));
        for (var offset = 0; offset < rows.Count;)
        {
            var page = rows.Slice(offset, Paging.Count(column, rows, offset));
            offset += page.Count;
            var (entries, nulls) = spec.IsOptional ? levels.Write(column, page, pages.Page) : (page.Count, 0);
            pages.Page.Write((byte)width);
            RunLength.Write(rest[..(entries - nulls)], width, pages.Page);
            rest = rest[(entries - nulls)..];
            pages.EndPage(entries, nulls, PageEncoding.RleDictionary, 0, pages.Page.Length);
        }

        EndChunk(spec, spec.Type != ParquetType.Json, keep);
    }

    private static int CountValues(Column column, RowSelection rows) =>
        column is ListColumn list ? Levels.CountElements(list, rows) : rows.Count;

    /// <summary>Writes the dictionary of the column's type. Its smallest and largest are the column's.</summary>
    private int WriteEntries(Column leaf, ParquetType type)
    {
        switch (leaf)
        {
            case BytesColumn bytes:
                statistics.Add(bytes.Data, texts.Entries);
                Plain.WriteTexts(bytes.Data, texts.Entries, pages.Dictionary);
                return texts.Count;
            case UuidColumn:
                statistics.Add(uuids.Entries);
                Plain.Write(uuids.Entries, pages.Dictionary);
                return uuids.Count;
            case DoubleColumn:
                statistics.Add(MemoryMarshal.Cast<ulong, double>(numbers.Entries));
                Plain.Write(numbers.Entries, pages.Dictionary);
                return numbers.Count;
        }

        statistics.Add(MemoryMarshal.Cast<ulong, long>(numbers.Entries));
        if (type == ParquetType.Date)
        {
            statistics.RequireInt32(leaf.Definition.Name);
            Plain.WriteInt32(numbers.Entries, pages.Dictionary);
        }
        else
        {
            Plain.Write(numbers.Entries, pages.Dictionary);
        }

        return numbers.Count;
    }
}
