using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Lake;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Parquet;

/// <summary>
/// A batch of every type, flat and as a list, whose values, nulls, rows, compression, order and row groups are drawn from a
/// seed, with its file and what its cells hold as text: <c>∅</c> for null, doubles as their bits, times as numbers, lists in brackets.
/// </summary>
internal sealed class RandomSegment
{
    private const string KeyCopy = "copy.key";
    private const string IdCopy = "copy.id";

    private readonly Random random;

    public RandomSegment(int seed)
    {
        random = new Random(seed);
        Batch = new RecordBatch("telemetry", "v", [.. Batches.EveryColumn, new(KeyCopy, ColumnType.String), new(IdCopy, ColumnType.String)]);
        var count = random.Next(4) switch { 0 => random.Next(4), 1 => random.Next(300), _ => random.Next(6000) };
        Fill(count);
        var rows = random.Next(3) == 0 ? Enumerable.Range(0, count).Where(_ => random.Next(3) > 0).ToArray() : Batches.AllRows(Batch);
        if (random.Next(4) == 0 && rows.Length > 3)
        {
            rows = rows[(rows.Length / 3)..];
        }

        Definition = new((LakeCompression)random.Next(4), random.Next(4) == 0 ? ["Int64", "String"] : []);
        RowGroupRows = random.Next(3) switch { 0 => 1000, 1 => 1777, _ => 131_072 };
        Rows = Definition.Sort.Count == 0 ? rows : RowSorter.Sort(Batch, rows, Definition.Sort);
        using var stream = new MemoryStream();
        new ParquetSegmentWriter(RowGroupRows).Write(Batch, rows, Batches.Context, Definition, stream);
        File = stream.ToArray();
    }

    public RecordBatch Batch { get; }

    public LakeDefinition Definition { get; }

    public int RowGroupRows { get; }

    /// <summary>Rows of the batch in the order of the file.</summary>
    public int[] Rows { get; }

    public byte[] File { get; }

    /// <summary>The columns that vary, those of every segment included.</summary>
    public IEnumerable<Column> Columns => [Batch.Sequence, Batch.Index, Batch.Enqueued, Batch.Key, .. Batch.Columns];

    public IEnumerable<string> Cells(Column column) => Rows.Select(row => Cell(column, row));

    public IEnumerable<string> Ids => Rows.Select(row => OriginIds.TextOf(Batch, row, Batches.Context));

    public static string List(IEnumerable<string> elements) => $"[{string.Join(';', elements)}]";

    public static string Bits(double value) => BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static string Cell(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return "∅";
        }

        if (column is ListColumn list)
        {
            var (start, end) = list.Range(row);
            return List(Enumerable.Range(start, end - start).Select(element => Cell(list.Elements, element)));
        }

        return column switch
        {
            Int64Column integers => integers.Values[row].ToString(CultureInfo.InvariantCulture),
            DoubleColumn doubles => Bits(doubles.Values[row]),
            BooleanColumn booleans => booleans.Values[row] ? "true" : "false",
            UuidColumn uuids => new Guid(MemoryMarshal.AsBytes(uuids.Values.Slice(row, 1)), bigEndian: true).ToString(),
            _ => Encoding.UTF8.GetString(((BytesColumn)column)[row]),
        };
    }

    private void Fill(int count)
    {
        // Each column has a way of its own: how often it is null, how values repeat, how large they get.
        var nulls = Batch.Columns.Select(_ => random.Next(4) switch { 0 => 0, 1 => 1, 2 => 0.5, _ => random.NextDouble() * 0.05 }).ToArray();
        var ways = Batch.Columns.Select(_ => random.Next(6)).ToArray();
        var (noId, longestList) = (random.NextDouble() * random.Next(2), random.Next(2) == 0 ? 4 : 40);
        for (var row = 0; row < count; row++)
        {
            string? key = random.Next(3) == 0 ? null : "k" + random.Next(9);
            var id = random.NextDouble() < noId ? "" : Id();
            for (var c = 0; c < Batch.Columns.Count; c++)
            {
                var column = Batch.Columns[c];
                var isNull = random.NextDouble() < nulls[c];
                if (column.Definition.Name is KeyCopy or IdCopy)
                {
                    AppendText((BytesColumn)column, column.Definition.Name == KeyCopy ? key : id);
                }
                else if (isNull)
                {
                    column.AppendNull();
                }
                else if (column is ListColumn list)
                {
                    for (var e = random.Next(longestList); e > 0; e--)
                    {
                        AppendElement(list.Elements, row + e, ways[c], random.NextDouble() < nulls[c] / 2);
                    }

                    list.CommitRow();
                }
                else
                {
                    AppendElement(column, row, ways[c], false);
                }
            }

            Batches.Commit(Batch, row + random.Next(2), key, id);
        }
    }

    private void AppendElement(Column column, int row, int way, bool isNull)
    {
        if (isNull)
        {
            column.AppendNull();
            return;
        }

        var number = way switch
        {
            0 => 7,
            1 => row,
            2 => random.Next(5),
            3 => random.Next(300) - 150,
            4 => row / 100,
            _ => random.NextInt64(long.MinValue, long.MaxValue),
        };
        switch (column)
        {
            case Int64Column { Definition.Type: ColumnType.Timestamp } times:
                times.Append(number % 60_000_000_000_000_000);
                break;
            case Int64Column { Definition.Type: ColumnType.Date } dates:
                dates.Append(number % 700_000);
                break;
            case Int64Column integers:
                integers.Append(number);
                break;
            case DoubleColumn doubles:
                doubles.Append(number == 0 ? -0.0 : number / 8.0);
                break;
            case BooleanColumn booleans:
                booleans.Append(number % 2 != 0);
                break;
            case UuidColumn uuids:
                uuids.Append(MemoryMarshal.Read<UInt128>(Batches.Uuid(number).ToByteArray(bigEndian: true)));
                break;
            default:
                AppendText((BytesColumn)column, Text(number, way, column.Definition.Type == ColumnType.Json));
                break;
        }
    }

    private string Text(long number, int way, bool isJson) => way switch
    {
        _ when isJson => $$"""{"n":{{number}}}""",
        0 => "",
        5 => string.Concat(Enumerable.Repeat($"Größe 😀 {number} ", random.Next(12))),
        _ => $"\"n{number:D4}\"",
    };

    private string Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private static void AppendText(BytesColumn column, string? text)
    {
        if (text is null)
        {
            column.AppendNull();
        }
        else
        {
            column.Append(Encoding.UTF8.GetBytes(text));
        }
    }
}
