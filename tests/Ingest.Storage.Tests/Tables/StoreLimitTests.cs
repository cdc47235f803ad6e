using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tables;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Tables;

public sealed class StoreLimitTests
{
    [Theory]
    [InlineData(32 * 1024, true)]
    [InlineData((32 * 1024) + 1, false)]
    public void A_text_has_at_most_32_Ki_characters(int length, bool isStorable)
    {
        var batch = LatestStream.Batch();
        ((BytesColumn)batch["extra"]).Append(Encoding.UTF8.GetBytes(new string('ä', length)));
        LatestStream.Add(batch, "a", 1, 1, 0);

        AssertStorable(batch, isStorable);
    }

    [Theory]
    [InlineData("1601-01-01T00:00:00Z", true)]
    [InlineData("1600-12-31T23:59:59.999999Z", false)]
    [InlineData("9999-12-31T23:59:59Z", true)]
    public void A_time_lies_in_1601_or_later(string time, bool isStorable)
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "a", (DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)
            - DateTimeOffset.FromUnixTimeMilliseconds(Batches.SixOClock)).Ticks / 1e7, 1, 0);

        AssertStorable(batch, isStorable);
    }

    [Fact]
    public void A_date_before_1601_and_a_time_beyond_the_year_9999_are_refused()
    {
        var batch = LatestStream.Batch();
        ((Int64Column)batch["day"]).Append(-200_000);
        LatestStream.Add(batch, "a", 1, 1, 0);
        AssertStorable(batch, false);

        batch = LatestStream.Batch();
        ((Int64Column)batch["createdAt"]).Append(long.MaxValue);
        LatestStream.Add(batch, "a", null, 1, 0);
        AssertStorable(batch, false);
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(17, false)]
    public void An_entity_has_at_most_one_mebibyte(int texts, bool isStorable)
    {
        ColumnDefinition[] columns = [.. Enumerable.Range(0, texts).Select(i => new ColumnDefinition("c" + i, ColumnType.String))];
        var batch = new RecordBatch("telemetry", "v", columns);
        foreach (var column in batch.Columns)
        {
            ((BytesColumn)column).Append(Encoding.UTF8.GetBytes(new string('x', 32 * 1024)));
        }

        Batches.Commit(batch, 1, null, "");

        AssertStorable(batch, isStorable, columns, null);
    }

    [Theory]
    [InlineData(245, true)]
    [InlineData(246, false)]
    public void An_entity_has_at_most_252_properties_with_those_of_its_origin(int count, bool isStorable)
    {
        ColumnDefinition[] columns = [.. Enumerable.Range(0, 260).Select(i => new ColumnDefinition("c" + i, ColumnType.Int64))];
        var batch = new RecordBatch("telemetry", "v", columns);
        for (var i = 0; i < count; i++)
        {
            ((Int64Column)batch.Columns[i]).Append(i);
        }

        Batches.Commit(batch, 1, null, "");

        AssertStorable(batch, isStorable, columns, null);
    }

    [Fact]
    public void A_record_that_the_store_cannot_take_is_excluded_and_its_neighbours_are_not()
    {
        var definition = LatestStream.Definition("Table1");
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "a", 1, 1, 0);
        LatestStream.Add(batch, null, 1, 2, 0);
        LatestStream.Add(batch, "c", 1, 3, 0);

        using var rows = new StreamTable(definition, definition.Latest!, withOrder: true).Prepare(batch, Batches.Context);

        var (row, fault) = Assert.Single(batch.Excluded);
        Assert.Equal((1, FaultStage.Store, FaultCode.StoreLimit), (row, fault.Stage, fault.Code));
    }

    [Theory]
    [InlineData("location.lat", "location__lat")]
    [InlineData("a-b c", "a_b_c")]
    [InlineData("1st", "_1st")]
    [InlineData("größe", "größe")]
    public void Column_names_become_property_names(string column, string property) => Assert.Equal(property, TableProperties.NameOf(column));

    [Theory]
    [InlineData("a.b", "a__b")]
    [InlineData("_sequence", "x")]
    [InlineData("PartitionKey", "x")]
    public void Columns_that_would_share_a_property_are_refused_at_start(string first, string second) => Assert.Throws<ArgumentException>(() =>
        new EntityMapping(LatestStream.Definition("Table1").Latest!, [new(first, ColumnType.Int64), new(second, ColumnType.Int64)], null));

    private static void AssertStorable(RecordBatch batch, bool isStorable) => AssertStorable(batch, isStorable, LatestStream.Columns, "createdAt");

    private static void AssertStorable(RecordBatch batch, bool isStorable, ColumnDefinition[] columns, string? timeColumn)
    {
        var mapping = new EntityMapping(LatestStream.Definition("Table1").Latest!, columns, timeColumn);
        Assert.Equal(isStorable, mapping.LimitsFor(batch, Batches.Context, withOrder: true).Check(0, "p"u8, "r"u8) is null);
    }
}
