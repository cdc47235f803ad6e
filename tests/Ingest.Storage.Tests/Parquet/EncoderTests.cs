using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Parquet;
using Ingest.Storage.Tests.Support;
using Parquet;

namespace Ingest.Storage.Tests.Parquet;

public sealed class EncoderTests : IDisposable
{
    private readonly Duck duck = new();

    public void Dispose() => duck.Dispose();

    [Theory]
    [InlineData(LakeCompression.Zstd)]
    [InlineData(LakeCompression.Snappy)]
    [InlineData(LakeCompression.Gzip)]
    [InlineData(LakeCompression.None)]
    public void No_rows_make_a_file_without_row_groups_that_has_every_column(LakeCompression compression)
    {
        var bytes = Write(Batches.OfEveryType(0), compression);

        Assert.Equal(0L, duck.Scalar($"SELECT count(*) FROM {duck.Parquet(bytes)}"));
        using var reader = new ParquetSharp.ParquetFileReader(new MemoryStream(bytes), leaveOpen: false);
        Assert.Equal((0, 25), (reader.FileMetaData.NumRowGroups, reader.FileMetaData.Schema.GroupNode.FieldCount));
    }

    [Theory]
    [InlineData(LakeCompression.Zstd)]
    [InlineData(LakeCompression.None)]
    public void Texts_of_sixteen_mebibytes_are_whole(LakeCompression compression)
    {
        var batch = new RecordBatch("telemetry", "v", [new("large", ColumnType.String), new("list", ColumnType.String, IsList: true)]);
        var (list, random) = ((ListColumn)batch["list"], new Random(1));
        var text = new byte[16 * 1024 * 1024];
        for (var row = 0; row < 4; row++)
        {
            random.NextBytes(text);
            foreach (ref var b in text.AsSpan())
            {
                b = (byte)('a' + (b % 26));
            }

            ((BytesColumn)batch["large"]).Append(text);
            ((BytesColumn)list.Elements).Append(text.AsSpan(row * 1000));
            list.CommitRow();
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch, compression));

        Assert.Equal(Enumerable.Range(0, 4).Select(row => $"{text.Length}|{text.Length - (row * 1000)}|True"), duck.Rows(
            $"SELECT strlen(large), strlen(list[1]), list[1] = substr(large, _sequence * 1000 + 1) FROM {file} ORDER BY _sequence"));
    }

    [Fact]
    public void Ids_and_keys_that_columns_repeat_are_read_back_from_each_of_them()
    {
        const int Rows = 150_000;
        var batch = new RecordBatch("telemetry", "v", [new("eventId", ColumnType.String), new("deviceId", ColumnType.String), new("other", ColumnType.String)]);
        var random = new Random(1);
        Span<byte> id = stackalloc byte[16];
        for (var row = 0; row < Rows; row++)
        {
            random.NextBytes(id);
            var (text, key) = (Encoding.ASCII.GetBytes(new Guid(id).ToString()), "device-" + random.Next(2000));
            ((BytesColumn)batch["eventId"]).Append(text);
            ((BytesColumn)batch["deviceId"]).Append(Encoding.ASCII.GetBytes(key));
            text[0] ^= 1;
            ((BytesColumn)batch["other"]).Append(text);
            text[0] ^= 1;
            Batches.Commit(batch, row, key, Encoding.ASCII.GetString(text));
        }

        var file = duck.Parquet(Write(batch));

        Assert.Equal(
            [$"{Rows}|{Rows}|{Rows}|{Rows}|2000"],
            duck.Rows($"""
                SELECT count(*), count(DISTINCT eventId), count(*) FILTER (WHERE eventId = _id AND deviceId = _key),
                       count(*) FILTER (WHERE other <> _id AND substr(other, 2) = substr(_id, 2)), count(DISTINCT deviceId) FROM {file}
                """));
        var metadata = file.Replace("read_parquet", "parquet_metadata", StringComparison.Ordinal);
        Assert.Equal(
            ["2000|device-0|device-999", "2000|device-0|device-999", "2000|device-0|device-999", "2000|device-0|device-999"],
            duck.Rows($"""
                SELECT (SELECT count(DISTINCT deviceId) FROM {file}), stats_min_value, stats_max_value
                FROM {metadata} WHERE path_in_schema IN ('_key', 'deviceId')
                """));
    }

    [Fact]
    public void A_column_that_stops_repeating_is_written_without_a_dictionary()
    {
        var batch = new RecordBatch("telemetry", "v", [new("value", ColumnType.Double), new("text", ColumnType.String)]);
        for (var row = 0; row < 60_000; row++)
        {
            // Every row that a sample of evenly spaced ones visits has one of ten values.
            var value = row % 4 == 0 || row % 58 == 0 ? row % 10 : row / 7.0;
            ((DoubleColumn)batch["value"]).Append(value);
            ((BytesColumn)batch["text"]).Append(Encoding.ASCII.GetBytes($"t{value:R}"));
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch));

        Assert.Equal(0L, duck.Scalar($"""
            SELECT count(*) FROM {file}
            WHERE value <> CASE WHEN _sequence % 4 = 0 OR _sequence % 58 = 0 THEN _sequence % 10 ELSE _sequence / 7.0 END OR text[2:]::DOUBLE <> value
            """));
    }

    [Fact]
    public void Texts_chosen_to_collide_end_the_dictionary_instead_of_the_throughput()
    {
        // 16-byte texts whose second half cancels the hash: all of them have the same.
        var texts = Enumerable.Range(0, 20_000).Select(i =>
        {
            var text = new byte[16];
            BitConverter.TryWriteBytes(text, (ulong)i);
            BitConverter.TryWriteBytes(text.AsSpan(8), 0xE703_7ED1_A0B4_28DB);
            return text;
        }).ToArray();
        Assert.Single(texts.Select(t => TextDictionary.Hash(t)).Distinct());
        using TextDictionary dictionary = new();
        dictionary.Clear();
        var slices = Enumerable.Range(0, 40_000).Select(i => new Slice(i % 20_000 * 16, 16)).ToArray();

        Assert.False(dictionary.TryAdd(texts.SelectMany(t => t).ToArray(), slices, new uint[slices.Length]));
        Assert.True(dictionary.Count < 2000, $"{dictionary.Count} entries, each compared with all before it.");
    }

    [Fact]
    public void A_day_beyond_int32_is_an_error_that_names_the_column()
    {
        var batch = new RecordBatch("telemetry", "v", [new("day", ColumnType.Date)]);
        ((Int64Column)batch["day"]).Append(1L << 31);
        Batches.Commit(batch, 0, null, "");

        var failure = Assert.Throws<OverflowException>(() => Write(batch));

        Assert.Contains("day holds 2147483648", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_groups_are_cut_into_pages_of_about_a_megabyte()
    {
        var batch = new RecordBatch("telemetry", "v", [new("value", ColumnType.Double), new("text", ColumnType.String), new("list", ColumnType.Int64, IsList: true)]);
        var list = (ListColumn)batch["list"];
        for (var row = 0; row < 131_072; row++)
        {
            ((DoubleColumn)batch["value"]).Append(row * 0.1);
            ((BytesColumn)batch["text"]).Append(Encoding.ASCII.GetBytes($"{row * 7919L:D30}"));
            for (var element = 0; element < 4; element++)
            {
                ((Int64Column)list.Elements).Append(row);
            }

            list.CommitRow();
            Batches.Commit(batch, row, null, "");
        }

        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(Write(batch, LakeCompression.None)));
        using var rows = reader.OpenRowGroupReader(0);
        int Pages(string column) => rows.GetMetadata(reader.Schema.DataFields.Single(f => f.Path.FirstPart == column))!.MetaData!.EncodingStats!
            .Single(s => s.PageType == global::Parquet.Meta.PageType.DATA_PAGE).Count;

        Assert.Equal((2, 4, 8), (Pages("value"), Pages("text"), Pages("list")));
    }

    private static byte[] Write(RecordBatch batch, LakeCompression compression = LakeCompression.Zstd)
    {
        using var stream = new MemoryStream();
        new ParquetSegmentWriter().Write(batch, Batches.AllRows(batch), Batches.Context, new(compression, []), stream);
        return stream.ToArray();
    }
}
