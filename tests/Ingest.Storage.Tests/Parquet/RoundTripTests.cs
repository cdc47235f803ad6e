using DuckDB.NET.Data;
using FsCheck;
using FsCheck.Xunit;
using Ingest.Pipeline.Records;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Parquet;

public sealed class RoundTripTests : IDisposable
{
    private readonly DuckDBConnection connection = new("DataSource=:memory:");
    private readonly string path = Path.GetTempFileName();

    public RoundTripTests() => connection.Open();

    public void Dispose()
    {
        connection.Dispose();
        File.Delete(path);
    }

    [Property(MaxTest = 20, StartSize = 1_000_000, EndSize = 1_000_000)]
    public void Arrow_reads_every_cell(PositiveInt seed)
    {
        RandomSegment segment = new(seed.Get);

        foreach (var column in segment.Columns)
        {
            var (name, type, isList) = (column.Definition.Name, column.Definition.Type, column.Definition.IsList);
            AssertCells(seed, name, segment.Cells(column), ForeignReaders.Arrow(segment.File, name, type, isList));
        }

        AssertCells(seed, "_id", segment.Ids, ForeignReaders.Arrow(segment.File, "_id", ColumnType.String, false));
    }

    [Property(MaxTest = 20, StartSize = 1_000_000, EndSize = 1_000_000)]
    public void DuckDB_reads_every_cell(PositiveInt seed)
    {
        RandomSegment segment = new(seed.Get);
        File.WriteAllBytes(path, segment.File);
        var file = $"read_parquet('{path}')";

        foreach (var column in segment.Columns)
        {
            var (name, type, isList) = (column.Definition.Name, column.Definition.Type, column.Definition.IsList);
            AssertCells(seed, name, segment.Cells(column), ForeignReaders.Duck(connection, file, name, type, isList));
        }

        AssertCells(seed, "_id", segment.Ids, ForeignReaders.Duck(connection, file, "_id", ColumnType.String, false));
    }

    [Property(MaxTest = 20, StartSize = 1_000_000, EndSize = 1_000_000)]
    public async Task Parquet_Net_reads_every_cell(PositiveInt seed)
    {
        RandomSegment segment = new(seed.Get);

        foreach (var column in segment.Columns.Where(c => c.Definition.Type is not (ColumnType.Timestamp or ColumnType.Date)))
        {
            var name = column.Definition.Name;
            AssertCells(seed, name, segment.Cells(column), await ForeignReaders.ManagedAsync(segment.File, name));
        }

        AssertCells(seed, "_id", segment.Ids, await ForeignReaders.ManagedAsync(segment.File, "_id"));
    }

    private static void AssertCells(PositiveInt seed, string column, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (left, right) = (expected.ToList(), actual.ToList());
        var different = left.Zip(right).Index().FirstOrDefault(pair => pair.Item.First != pair.Item.Second, (-1, default));
        Assert.True(
            left.Count == right.Count && different.Index < 0,
            $"Seed {seed.Get}, column {column}: {left.Count} rows, {right.Count} read; row {different.Index}: {different.Item}");
    }
}
