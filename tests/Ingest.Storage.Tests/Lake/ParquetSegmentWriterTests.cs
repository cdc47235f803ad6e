using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Tests.Support;
using ParquetSharp;
using Encoding = System.Text.Encoding;

namespace Ingest.Storage.Tests.Lake;

public sealed class ParquetSegmentWriterTests : IDisposable
{
    private static readonly LakeDefinition Zstd = new(LakeCompression.Zstd, []);

    private readonly Duck duck = new();

    public void Dispose() => duck.Dispose();

    [Fact]
    public void Every_column_has_the_type_that_was_promised()
    {
        var file = duck.Parquet(Write(Batches.OfEveryType(10)));

        var types = duck.Rows($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {file})");

        Assert.Equal(
            [
                "_hub|VARCHAR", "_epoch|INTEGER", "_partition|INTEGER", "_sequence|BIGINT", "_index|BIGINT",
                "_enqueued|TIMESTAMP WITH TIME ZONE", "_ingested|TIMESTAMP WITH TIME ZONE", "_key|VARCHAR", "_id|VARCHAR",
                "Int64|BIGINT", "Double|DOUBLE", "Boolean|BOOLEAN", "String|VARCHAR", "Timestamp|TIMESTAMP WITH TIME ZONE",
                "Date|DATE", "Uuid|UUID", "Json|JSON",
                "list.Int64|BIGINT[]", "list.Double|DOUBLE[]", "list.Boolean|BOOLEAN[]", "list.String|VARCHAR[]",
                "list.Timestamp|TIMESTAMP WITH TIME ZONE[]", "list.Date|DATE[]", "list.Uuid|UUID[]", "list.Json|JSON[]",
            ],
            types);
    }

    [Fact]
    public void Rows_of_the_device_hub_have_their_device_and_dropped_columns_are_not_written()
    {
        var batch = new RecordBatch("telemetry", "v", [new("secret", ColumnType.String), new("value", ColumnType.Int64)], dropped: ["secret"]);
        foreach (var (row, device) in ((string?[])["d1", null]).Index())
        {
            ((BytesColumn)batch["secret"]).Append("x"u8);
            ((Int64Column)batch["value"]).Append(row);
            var source = new IncomingEvent
            {
                Body = default, SequenceNumber = row, EnqueuedUnixMs = 0, FromDeviceHub = true,
                SystemProperties = device is null ? null : new Dictionary<string, object> { ["iothub-connection-device-id"] = device },
            };
            batch.CommitRow(in source, row, 0, default, default);
        }

        var file = duck.Parquet(Write(batch));

        Assert.Equal(["d1|0", "∅|1"], duck.Rows($"SELECT _device, value FROM {file} ORDER BY _sequence"));
        Assert.DoesNotContain("secret", duck.Rows($"SELECT column_name FROM (DESCRIBE SELECT * FROM {file})"));
    }

    [Fact]
    public void Every_value_reads_back_as_it_was_and_nulls_stay_nulls()
    {
        const int Rows = 10_000;
        var file = duck.Parquet(Write(Batches.OfEveryType(Rows), rowGroupRows: 3000));

        // Row r and column c: null where (r + c) % 3 = 0; the generator's formulas spelt in SQL.
        var wrong = duck.Rows($"""
            WITH t AS (SELECT *, _sequence AS r FROM {file})
            SELECT
              count(*) FILTER (WHERE "Int64" IS DISTINCT FROM CASE WHEN r % 3 = 0 THEN NULL ELSE r * 1000003 END),
              count(*) FILTER (WHERE "Double" IS DISTINCT FROM CASE WHEN (r + 1) % 3 = 0 THEN NULL ELSE r / 8.0 END),
              count(*) FILTER (WHERE "Boolean" IS DISTINCT FROM CASE WHEN (r + 2) % 3 = 0 THEN NULL ELSE r % 2 = 1 END),
              count(*) FILTER (WHERE "String" IS DISTINCT FROM CASE WHEN r % 3 = 0 THEN NULL ELSE 'Größe ' || r END),
              count(*) FILTER (WHERE "Timestamp" IS DISTINCT FROM CASE WHEN (r + 1) % 3 = 0 THEN NULL ELSE TIMESTAMPTZ '2026-11-23 06:00:00Z' + to_microseconds(r) END),
              count(*) FILTER (WHERE "Date" IS DISTINCT FROM CASE WHEN (r + 2) % 3 = 0 THEN NULL ELSE DATE '1970-01-01' + (20000 + r % 5000)::INT END),
              count(*) FILTER (WHERE "Uuid" IS DISTINCT FROM CASE WHEN r % 3 = 0 THEN NULL ELSE ('12345678-1234-5678-90ab-' || printf('%012x', r))::UUID END),
              count(*) FILTER (WHERE "Json" IS DISTINCT FROM CASE WHEN (r + 1) % 3 = 0 THEN NULL ELSE json_object('n', r) END),
              count(*) FILTER (WHERE _key IS DISTINCT FROM CASE WHEN r % 2 = 0 THEN NULL ELSE 'k' || (r % 5) END),
              count(*) FILTER (WHERE _id IS DISTINCT FROM CASE WHEN r % 2 = 0 THEN 'telemetry/3/2/' || r || '/0' ELSE 'id-' || r END),
              count(*) FILTER (WHERE _enqueued IS DISTINCT FROM TIMESTAMPTZ '2026-11-23 06:00:00Z' + to_milliseconds(r)),
              count(*) FILTER (WHERE _ingested IS DISTINCT FROM TIMESTAMPTZ '2026-11-23 06:00:05Z'),
              count(*) FILTER (WHERE (_hub, _epoch, _partition, _index) IS DISTINCT FROM ('telemetry', 2, 3, 0)),
              count(*), count(DISTINCT r)
            FROM t
            """);

        Assert.Equal([$"0|0|0|0|0|0|0|0|0|0|0|0|0|{Rows}|{Rows}"], wrong);
    }

    [Fact]
    public void Lists_tell_null_empty_and_null_elements_apart()
    {
        const int Rows = 10_000;
        var file = duck.Parquet(Write(Batches.OfEveryType(Rows), rowGroupRows: 3000));

        // List column c stands at place 8 + c of the stream's columns; element 1 is null.
        var wrong = duck.Rows($"""
            WITH t AS (SELECT *, _sequence AS r FROM {file})
            SELECT
              count(*) FILTER (WHERE "list.Int64" IS DISTINCT FROM CASE WHEN (r + 8) % 3 = 0 THEN NULL ELSE
                list_transform(range(r % 4), lambda e: CASE WHEN e = 1 THEN NULL ELSE (r + e) * 1000003 END) END),
              count(*) FILTER (WHERE "list.String" IS DISTINCT FROM CASE WHEN (r + 11) % 3 = 0 THEN NULL ELSE
                list_transform(range(r % 4), lambda e: CASE WHEN e = 1 THEN NULL ELSE 'Größe ' || (r + e) END) END),
              count(*) FILTER (WHERE "list.Uuid" IS DISTINCT FROM CASE WHEN (r + 14) % 3 = 0 THEN NULL ELSE
                list_transform(range(r % 4), lambda e: CASE WHEN e = 1 THEN NULL ELSE ('12345678-1234-5678-90ab-' || printf('%012x', r + e))::UUID END) END),
              count(*) FILTER (WHERE "list.Boolean" = [])
            FROM t
            """);

        Assert.StartsWith("0|0|0|", wrong[0], StringComparison.Ordinal);
        Assert.NotEqual("0|0|0|0", wrong[0]);
    }

    [Fact]
    public void A_list_longer_than_any_slice_stays_one_row()
    {
        var batch = new RecordBatch("telemetry", "v", [new("long", ColumnType.Int64, IsList: true)]);
        var list = (ListColumn)batch.Columns[0];
        for (var row = 0; row < 3; row++)
        {
            for (var element = 0; element < 20_000; element++)
            {
                ((Int64Column)list.Elements).Append(element);
            }

            list.CommitRow();
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch));

        Assert.Equal(["20000|199990000", "20000|199990000", "20000|199990000"], duck.Rows($"SELECT len(long), list_sum(long)::BIGINT FROM {file}"));
    }

    [Theory]
    [InlineData(LakeCompression.Zstd, "SNAPPY", "UNCOMPRESSED", "ZSTD")]
    [InlineData(LakeCompression.Snappy, "SNAPPY", "UNCOMPRESSED")]
    [InlineData(LakeCompression.Gzip, "GZIP")]
    [InlineData(LakeCompression.None, "UNCOMPRESSED")]
    public void The_stream_chooses_the_compression(LakeCompression compression, params string[] codecs)
    {
        var file = duck.Parquet(Write(Batches.OfEveryType(5000), definition: new(compression, [])));

        Assert.Equal(codecs, duck.Rows($"SELECT DISTINCT compression FROM {Metadata(file)} ORDER BY compression"));
        Assert.Equal(5000L, duck.Scalar($"SELECT count(*) FROM {file} WHERE _hub = 'telemetry'"));
    }

    [Fact]
    public void A_filter_on_time_finds_exactly_its_rows_and_skips_the_other_row_groups()
    {
        const int Rows = 20_000;
        var bytes = Write(Batches.OfEveryType(Rows, withNulls: false), rowGroupRows: 1000);
        var file = duck.Parquet(bytes);

        foreach (var (column, unit) in new[] { ("_enqueued", "milliseconds"), ("\"Timestamp\"", "microseconds") })
        {
            var count = duck.Scalar($"""
                SELECT count(*) FROM {file}
                WHERE {column} >= TIMESTAMPTZ '2026-11-23 06:00:00Z' + to_{unit}(7100) AND {column} < TIMESTAMPTZ '2026-11-23 06:00:00Z' + to_{unit}(7350)
                """);
            Assert.Equal(250L, count);
        }

        // Each row group's statistics bound exactly its own thousand rows, which is what makes skipping both possible and right.
        var bounds = duck.Rows($"""
            SELECT row_group_id, epoch_ms(stats_min_value::TIMESTAMPTZ) - {Batches.SixOClock}, epoch_ms(stats_max_value::TIMESTAMPTZ) - {Batches.SixOClock}
            FROM {Metadata(file)} WHERE path_in_schema = '_enqueued' ORDER BY row_group_id
            """);
        Assert.Equal(Enumerable.Range(0, Rows / 1000).Select(g => $"{g}|{g * 1000}|{(g * 1000) + 999}"), bounds);
    }

    [Fact]
    public void Statistics_of_every_flat_column_hold_against_what_the_rows_say()
    {
        var file = duck.Parquet(Write(Batches.OfEveryType(5000), rowGroupRows: 1000));

        foreach (var name in new[] { "Int64", "Double", "String", "Timestamp", "Date", "Uuid", "_sequence", "_key", "_id" })
        {
            // A filter by each row group's own extremes must find the same rows with push-down as without.
            var pushed = duck.Rows($"""SELECT count(*), min(_sequence), max(_sequence) FROM {file} WHERE "{name}" = (SELECT max("{name}") FROM {file})""");
            var scanned = duck.Rows($"""
                WITH t AS MATERIALIZED (SELECT "{name}" AS v, _sequence FROM {file})
                SELECT count(*), min(_sequence), max(_sequence) FROM t WHERE v = (SELECT max(v) FROM t)
                """);
            Assert.Equal(scanned, pushed);
            Assert.NotEqual("0", pushed[0].Split('|')[0]);
        }
    }

    [Theory]
    [InlineData(10, 2000)]
    [InlineData(0, 1)]
    public void A_run_of_rows_writes_just_those(int first, int count) => AssertRows([.. Enumerable.Range(first, count)]);

    [Fact]
    public void Rows_with_holes_write_just_those() => AssertRows([.. Enumerable.Range(0, 9000).Where(row => row % 7 is 1 or 4)]);

    [Fact]
    public void Sorting_orders_by_the_named_columns_and_keeps_the_logs_order_for_ties()
    {
        var batch = new RecordBatch("telemetry", "v", [new("device", ColumnType.String), new("value", ColumnType.Double)]);
        for (var row = 0; row < 5000; row++)
        {
            if (row % 10 != 0)
            {
                ((BytesColumn)batch["device"]).Append(Encoding.UTF8.GetBytes("d" + (row * 7919 % 50)));
            }

            ((DoubleColumn)batch["value"]).Append(-(row % 3));
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch, definition: new(LakeCompression.Zstd, ["device", "value"])));

        Assert.Equal(
            duck.Rows($"SELECT _sequence FROM {file} ORDER BY device NULLS FIRST, value, _sequence"),
            duck.Rows($"SELECT _sequence FROM {file}"));
        Assert.NotEqual("0|1", string.Join('|', duck.Rows($"SELECT _sequence FROM {file} LIMIT 2")));
    }

    [Fact]
    public void The_file_names_its_stream_its_version_and_the_pipelines()
    {
        using var reader = new ParquetFileReader(new MemoryStream(Write(Batches.OfEveryType(1))), leaveOpen: false);

        var metadata = reader.FileMetaData.KeyValueMetadata;

        Assert.Equal("telemetry", metadata[ParquetSegmentWriter.StreamKey]);
        Assert.Equal("0123456789abcdef", metadata[ParquetSegmentWriter.StreamVersionKey]);
        Assert.Equal(ParquetSegmentWriter.PipelineVersion, metadata[ParquetSegmentWriter.PipelineVersionKey]);
    }

    [Fact]
    public void Unique_texts_have_no_dictionary_and_repeating_ones_have()
    {
        var batch = new RecordBatch("telemetry", "v", [new("unique", ColumnType.String), new("status", ColumnType.String)]);
        for (var row = 0; row < 5000; row++)
        {
            ((BytesColumn)batch["unique"]).Append(Encoding.UTF8.GetBytes(Batches.Uuid(row).ToString()));
            ((BytesColumn)batch["status"]).Append(row % 3 == 0 ? "ok"u8 : "hot"u8);
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch));

        string Encodings(string column) => (string)duck.Scalar($"SELECT encodings FROM {Metadata(file)} WHERE path_in_schema = '{column}'")!;
        Assert.DoesNotContain("DICTIONARY", Encodings("unique"), StringComparison.Ordinal);
        Assert.DoesNotContain("DICTIONARY", Encodings("_id"), StringComparison.Ordinal);
        Assert.Contains("DELTA_LENGTH_BYTE_ARRAY", Encodings("unique"), StringComparison.Ordinal);
        Assert.Equal("ZSTD", duck.Scalar($"SELECT compression FROM {Metadata(file)} WHERE path_in_schema = 'unique'"));
        Assert.Contains("DICTIONARY", Encodings("status"), StringComparison.Ordinal);
        Assert.Contains("DICTIONARY", Encodings("_hub"), StringComparison.Ordinal);
        Assert.Contains("DELTA_BINARY_PACKED", Encodings("_sequence"), StringComparison.Ordinal);
        Assert.Contains("DELTA_BINARY_PACKED", Encodings("_enqueued"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2000, true)]
    [InlineData(8000, false)]
    public void Numbers_get_a_dictionary_when_each_occurs_several_times(int distinct, bool expected)
    {
        var batch = new RecordBatch("telemetry", "v", [new("value", ColumnType.Double)]);
        var values = Enumerable.Range(0, 10_000).Select(i => i % distinct / 10.0).ToArray();
        new Random(20261123).Shuffle(values);
        for (var row = 0; row < values.Length; row++)
        {
            ((DoubleColumn)batch["value"]).Append(values[row]);
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch));

        var encodings = (string)duck.Scalar($"SELECT encodings FROM {Metadata(file)} WHERE path_in_schema = 'value'")!;
        Assert.Equal(expected, encodings.Contains("DICTIONARY", StringComparison.Ordinal));
        Assert.Equal((long)distinct, duck.Scalar($"SELECT count(DISTINCT value) FROM {file}"));
    }

    [Fact]
    public void Texts_have_statistics_where_they_ascend_and_could_exclude_something()
    {
        var batch = new RecordBatch("telemetry", "v", [new("ascending", ColumnType.String), new("same", ColumnType.String), new("random", ColumnType.String)]);
        for (var row = 0; row < 5000; row++)
        {
            ((BytesColumn)batch["ascending"]).Append(Encoding.UTF8.GetBytes($"{row:D6}"));
            ((BytesColumn)batch["same"]).Append("eu"u8);
            ((BytesColumn)batch["random"]).Append(Encoding.UTF8.GetBytes(Batches.Uuid(row * 7919 % 5000).ToString()));
            Batches.Commit(batch, row, null, "");
        }

        var file = duck.Parquet(Write(batch));

        Assert.Equal(
            ["ascending|000000|004999", "random||", "same|eu|eu"],
            duck.Rows($"SELECT path_in_schema, coalesce(stats_min_value, ''), coalesce(stats_max_value, '') FROM {Metadata(file)} WHERE NOT starts_with(path_in_schema, '_') ORDER BY 1"));
        Assert.Equal(1L, duck.Scalar($"SELECT count(*) FROM {file} WHERE ascending = '004999'"));
    }

    private void AssertRows(int[] rows)
    {
        var batch = Batches.OfEveryType(9000);
        var file = duck.Parquet(Write(batch, rows, rowGroupRows: 1000));
        var all = duck.Parquet(Write(batch));

        Assert.Equal(rows.Select(row => $"{row}"), duck.Rows($"SELECT _sequence FROM {file}"));
        Assert.Empty(duck.Rows($"(SELECT * FROM {file}) EXCEPT (SELECT * FROM {all})"));
    }

    private static string Metadata(string file) => file.Replace("read_parquet", "parquet_metadata", StringComparison.Ordinal);

    private static byte[] Write(RecordBatch batch, int[]? rows = null, int rowGroupRows = 131_072, LakeDefinition? definition = null)
    {
        using var stream = new MemoryStream();
        new ParquetSegmentWriter(rowGroupRows).Write(batch, rows ?? Batches.AllRows(batch), Batches.Context, definition ?? Zstd, stream);
        return stream.ToArray();
    }
}
