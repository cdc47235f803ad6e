using FsCheck;
using FsCheck.Xunit;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Tests.Support;
using Parquet;
using ParquetSharp;
using Column = Ingest.Pipeline.Records.Column;
using Encoding = System.Text.Encoding;

namespace Ingest.Storage.Tests.Parquet;

public sealed class StatisticsTests : IDisposable
{
    private readonly Duck duck = new();

    public void Dispose() => duck.Dispose();

    [Property(MaxTest = 15, StartSize = 1_000_000, EndSize = 1_000_000)]
    public void A_filter_finds_with_statistics_what_it_finds_without(PositiveInt seed)
    {
        RandomSegment segment = new(seed.Get);
        if (segment.Rows.Length == 0)
        {
            return;
        }

        var (file, random) = (duck.Parquet(segment.File), new Random(seed.Get));
        duck.Scalar($"CREATE OR REPLACE TABLE scanned AS SELECT * FROM {file}");
        foreach (var column in segment.Columns.Where(c => !c.Definition.IsList && c.Definition.Type != ColumnType.Json))
        {
            var name = $"\"{column.Definition.Name}\"";
            var type = duck.Scalar($"SELECT typeof({name}) FROM scanned LIMIT 1");
            foreach (var condition in new[] { "=", ">=", "<", "<>" })
            {
                var value = duck.Scalar($"SELECT {name}::VARCHAR FROM scanned LIMIT 1 OFFSET {random.Next(segment.Rows.Length)}") as string;
                var where = value is null ? $"{name} IS NULL" : $"{name} {condition} '{value}'::{type}";

                var pushed = duck.Rows($"SELECT count(*), sum(_sequence) FROM {file} WHERE {where}");

                Assert.Equal(duck.Rows($"SELECT count(*), sum(_sequence) FROM scanned WHERE {where}"), pushed);
            }
        }
    }

    [Property(MaxTest = 20, StartSize = 1_000_000, EndSize = 1_000_000)]
    public void Bounds_and_null_counts_are_those_of_the_row_groups_cells(PositiveInt seed)
    {
        RandomSegment segment = new(seed.Get);
        using var reader = new ParquetFileReader(new MemoryStream(segment.File), leaveOpen: false);

        foreach (var column in segment.Columns.Where(c => !c.Definition.IsList && c is not BytesColumn))
        {
            var index = reader.FileMetaData.Schema.ColumnIndex(column.Definition.Name);
            for (var group = 0; group < reader.FileMetaData.NumRowGroups; group++)
            {
                using var rowGroup = reader.RowGroup(group);
                using var chunk = rowGroup.MetaData.GetColumnChunkMetaData(index);
                using var statistics = chunk.Statistics;
                var rows = segment.Rows.Skip(group * segment.RowGroupRows).Take(segment.RowGroupRows).ToArray();
                var present = rows.Where(row => !column.IsNull(row)).ToArray();

                Assert.Equal(rows.Length - present.Length, statistics!.NullCount);
                Assert.Equal(present.Length > 0, statistics.HasMinMax);
                if (statistics.HasMinMax)
                {
                    AssertBounds(column, present, statistics);
                }
            }
        }
    }

    [Fact]
    public void Long_texts_have_short_bounds_between_characters()
    {
        var batch = new RecordBatch("telemetry", "v", [new("ascending", ColumnType.String)]);
        foreach (var (text, row) in new[] { "a" + new string('ä', 100), "b", new string('z', 61) + "\u07ff\u07ff tail" }.Select((t, i) => (t, i)))
        {
            ((BytesColumn)batch["ascending"]).Append(Encoding.UTF8.GetBytes(text));
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch));

        var bounds = duck.Rows($"SELECT stats_min_value, stats_max_value, min_is_exact, max_is_exact FROM {Metadata(file)} WHERE path_in_schema = 'ascending'");
        Assert.Equal(["a" + new string('ä', 31) + "|" + new string('z', 61) + "\u0800|False|False"], bounds);
        Assert.Equal(1L, duck.Scalar($"SELECT count(*) FROM {file} WHERE ascending > 'c'"));
        Assert.Equal(1L, duck.Scalar($"SELECT count(*) FROM {file} WHERE ascending < 'b'"));
    }

    [Theory]
    [InlineData(new[] { 1.0, -0.0, 2 }, "-0.0|2.0")]
    [InlineData(new[] { 0.0, -1, -2 }, "-2.0|0.0")]
    [InlineData(new[] { 0.0 }, "-0.0|0.0")]
    [InlineData(new[] { -1.5, 5, double.MaxValue }, "-1.5|1.7976931348623157e+308")]
    [InlineData(new[] { 1.0, double.NaN, 3 }, "∅|∅")]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, double.NaN, 7, 8, 9 }, "∅|∅")]
    public void Zeros_bound_both_zeros_and_a_NaN_has_no_bounds(double[] values, string expected)
    {
        var batch = new RecordBatch("telemetry", "v", [new("value", ColumnType.Double)]);
        foreach (var value in values)
        {
            ((DoubleColumn)batch["value"]).Append(value);
            Batches.Commit(batch, batch.RowCount, null, "");
        }

        var file = duck.Parquet(Write(batch));

        Assert.Equal([expected], duck.Rows($"SELECT stats_min_value, stats_max_value FROM {Metadata(file)} WHERE path_in_schema = 'value'"));
    }

    [Fact]
    public async Task A_sorted_segment_says_so()
    {
        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(Write(Batches.OfEveryType(10), ["String", "Int64"])));
        using var rows = reader.OpenRowGroupReader(0);

        var sorted = rows.RowGroup.SortingColumns!.Select(s => (reader.Schema.DataFields[s.ColumnIdx].Name, s.Descending, s.NullsFirst));

        Assert.Equal([("String", false, true), ("Int64", false, true)], sorted);
    }

    private static void AssertBounds(Column column, int[] rows, Statistics statistics)
    {
        switch (column)
        {
            case Int64Column { Definition.Type: ColumnType.Date } dates:
                Assert.Equal(rows.Min(r => dates.Values[r]), ((Statistics<int>)statistics).Min);
                Assert.Equal(rows.Max(r => dates.Values[r]), ((Statistics<int>)statistics).Max);
                break;
            case Int64Column integers:
                Assert.Equal(rows.Min(r => integers.Values[r]), ((Statistics<long>)statistics).Min);
                Assert.Equal(rows.Max(r => integers.Values[r]), ((Statistics<long>)statistics).Max);
                break;
            case DoubleColumn doubles:
                Assert.Equal(rows.Min(r => doubles.Values[r]), ((Statistics<double>)statistics).Min, 0.0);
                Assert.Equal(rows.Max(r => doubles.Values[r]), ((Statistics<double>)statistics).Max, 0.0);
                break;
            case BooleanColumn booleans:
                Assert.Equal(rows.Min(r => booleans.Values[r]), ((Statistics<bool>)statistics).Min);
                Assert.Equal(rows.Max(r => booleans.Values[r]), ((Statistics<bool>)statistics).Max);
                break;
            default:
                var ids = rows.Select(r => ((UuidColumn)column).Values[r]).Select(v => BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(v) : v);
                Assert.Equal((ids.Min(), ids.Max()), Uuids((Statistics<FixedLenByteArray>)statistics));
                break;
        }
    }

    private static unsafe (UInt128 Min, UInt128 Max) Uuids(Statistics<FixedLenByteArray> statistics) => (
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>((void*)statistics.Min.Pointer, 16)),
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>((void*)statistics.Max.Pointer, 16)));

    private static string Metadata(string file) => file.Replace("read_parquet", "parquet_metadata", StringComparison.Ordinal);

    private static byte[] Write(RecordBatch batch, string[]? sort = null)
    {
        using var stream = new MemoryStream();
        new ParquetSegmentWriter().Write(batch, Batches.AllRows(batch), Batches.Context, new(LakeCompression.Zstd, sort ?? []), stream);
        return stream.ToArray();
    }
}
