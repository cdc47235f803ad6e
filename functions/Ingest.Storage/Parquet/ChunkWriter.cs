using System.Numerics;
using System.Runtime.InteropServices;
using Ingest.Pipeline.Records;

namespace Ingest.Storage.Parquet;

/// <summary>Encodes columns of a batch as column chunks, one after the other. Its buffers are pooled and grow to what a page needs.</summary>
/// <param name="footer">Receives what the footer says of each chunk.</param>
internal sealed partial class ChunkWriter(PageWriter pages, Codecs codecs, CompactWriter footer) : IDisposable
{
    private readonly Levels levels = new();
    private readonly ColumnValues values = new();
    private Statistics statistics = new();
    private readonly FixedDictionary<ulong> numbers = new();
    private readonly FixedDictionary<UInt128> uuids = new();
    private readonly TextDictionary texts = new();
    private readonly Scratch<uint> indices = new();
    private readonly Scratch<long> lengths = new();

    /// <summary>Bytes of the chunks so far, were none compressed. Set it to zero where a row group begins.</summary>
    public long Uncompressed { get; set; }

    /// <summary>Writes a column whose encoding depends on whether its values repeat.</summary>
    /// <param name="sameTexts">Compressed texts that are, by what the caller knows, the column's.</param>
    /// <param name="keep">Receives the chunk, for columns that are the same.</param>
    public void Write(ParquetColumn spec, Column column, RowSelection rows, SharedBodies? sameTexts = null, KeptChunk? keep = null)
    {
        if (CanRepeat(spec.Type) && EncodingChoice.Repeats(column, rows) && TryIndex(column, rows))
        {
            WriteIndexed(spec, column, rows, keep);
            return;
        }

        var leaf = Leaf(column);
        var hasStatistics = HasStatistics(spec, column, rows);
        if (sameTexts is not null)
        {
            WriteShared(spec, (BytesColumn)leaf, rows, hasStatistics, sameTexts);
            return;
        }

        pages.BeginChunk(leaf is BytesColumn ? codecs.Text : codecs.Packed, keep?.Bytes);
        statistics.Clear();
        for (var offset = 0; offset < rows.Count;)
        {
            var page = rows.Slice(offset, Paging.Count(column, rows, offset));
            offset += page.Count;
            var (entries, nulls) = spec.IsOptional ? levels.Write(column, page, pages.Page) : (page.Count, 0);
            var head = pages.Page.Length;
            var encoding = WriteValues(leaf, levels.Present(column, page), spec.Type, hasStatistics, out var characters);
            pages.EndPage(entries, nulls, encoding, head, characters);
        }

        EndChunk(spec, hasStatistics, keep);
    }

    /// <summary>Writes a column without nulls, whose values ascend or are near each other.</summary>
    public void WriteDelta(ParquetColumn spec, Int64Column column, RowSelection rows)
    {
        pages.BeginChunk(codecs.Packed);
        statistics.Clear();
        for (var offset = 0; offset < rows.Count;)
        {
            var page = rows.Slice(offset, Paging.Count(column, rows, offset));
            offset += page.Count;
            var encoding = WriteValues(column, page, spec.Type, true, out var characters);
            pages.EndPage(page.Count, 0, encoding, 0, characters);
        }

        EndChunk(spec, true, null);
    }

    public void Dispose()
    {
        levels.Dispose();
        values.Dispose();
        statistics.Dispose();
        numbers.Dispose();
        uuids.Dispose();
        texts.Dispose();
        indices.Dispose();
        lengths.Dispose();
    }

    private void EndChunk(ParquetColumn spec, bool hasStatistics, KeptChunk? keep)
    {
        var totals = pages.EndChunk();
        Uncompressed += totals.Uncompressed;
        totals.Write(spec, hasStatistics ? statistics : null, footer);
        if (keep is null)
        {
            return;
        }

        (keep.Totals, keep.HasStatistics) = (totals, hasStatistics);
        (keep.Statistics, statistics) = (statistics, keep.Statistics);
    }

    private static Column Leaf(Column column) => column is ListColumn list ? list.Elements : column;

    // Times rarely repeat, and their differences are small; two truth values are a dictionary by themselves.
    private static bool CanRepeat(ParquetType type) => type is not (ParquetType.Boolean or ParquetType.Timestamp);

    /// <summary>
    /// The smallest and the largest of a segment's texts exclude something from a search only where the texts ascend, and to find
    /// them costs as much as writing the column. Those of JSON mean nothing.
    /// </summary>
    private static bool HasStatistics(ParquetColumn spec, Column column, RowSelection rows) =>
        spec.Type != ParquetType.Json
        && column switch
        {
            BytesColumn flat => EncodingChoice.Ascends(flat, rows),
            ListColumn list => list.Elements is not BytesColumn,
            _ => true,
        };

    private PageEncoding WriteValues(Column leaf, RowSelection present, ParquetType type, bool hasStatistics, out int characters)
    {
        switch (leaf)
        {
            case Int64Column integers:
                var whole = values.Take(integers, present);
                statistics.Add(whole);
                var isDate = type == ParquetType.Date;
                if (isDate)
                {
                    statistics.RequireInt32(leaf.Definition.Name);
                }

                DeltaPacking.Write(whole, isDate, pages.Page);
                characters = pages.Page.Length;
                return PageEncoding.DeltaBinaryPacked;
            case DoubleColumn doubles:
                var real = values.Take(doubles, present);
                statistics.Add(real);
                Plain.Write(real, pages.Page);
                break;
            case BooleanColumn booleans:
                var truths = values.Take(booleans, present);
                statistics.Add(Plain.WriteBooleans(truths, pages.Page), truths.Length);
                break;
            case UuidColumn ids:
                var wide = values.Take(ids, present);
                statistics.Add(wide);
                Plain.Write(wide, pages.Page);
                break;
            default:
                var bytes = (BytesColumn)leaf;
                var slices = values.Take(bytes, present);
                if (hasStatistics)
                {
                    statistics.Add(bytes.Data, slices);
                }

                characters = WriteLengthsAndTexts(bytes.Data, slices);
                return PageEncoding.DeltaLengthByteArray;
        }

        characters = pages.Page.Length;
        return PageEncoding.Plain;
    }

    /// <summary>
    /// Lengths apart from the characters: without four bytes of length between any two values the compressor needs half the time
    /// and leaves less.
    /// </summary>
    /// <returns>Where the characters begin.</returns>
    private int WriteLengthsAndTexts(ReadOnlySpan<byte> data, ReadOnlySpan<Slice> slices)
    {
        var sizes = lengths.Take(slices.Length);
        var (sum, isTogether, next) = (0L, true, slices.IsEmpty ? 0 : slices[0].Start);
        for (var i = 0; i < sizes.Length && i < slices.Length; i++)
        {
            var slice = slices[i];
            sizes[i] = slice.Length;
            sum += slice.Length;
            isTogether &= slice.Start == next;
            next = slice.Start + slice.Length;
        }

        DeltaPacking.Write(sizes, true, pages.Page);
        var characters = pages.Page.Length;
        if (isTogether)
        {
            pages.Page.Write(slices.IsEmpty ? [] : data.Slice(slices[0].Start, (int)sum));
            return characters;
        }

        pages.Page.Reserve(checked((int)sum));
        foreach (var slice in slices)
        {
            pages.Page.Write(slice.Of(data));
        }

        return characters;
    }

    private static int WidthOf(int distinct) => Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)(distinct - 1)));

    private static ReadOnlySpan<ulong> Bits<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.Cast<T, ulong>(values);
}
