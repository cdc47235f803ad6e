using System.Globalization;
using DuckDB.NET.Data;
using Ingest.Pipeline.Records;
using Parquet;
using Parquet.Data;
using ParquetSharp;
using Encoding = System.Text.Encoding;

namespace Ingest.Storage.Tests.Parquet;

/// <summary>Three readers that have nothing to do with our writer, each giving a column's cells as <see cref="RandomSegment"/> spells them.</summary>
internal static class ForeignReaders
{
    /// <summary>Arrow's C++ reader.</summary>
    public static IEnumerable<string> Arrow(byte[] file, string name, ColumnType type, bool isList)
    {
        using var reader = new ParquetFileReader(new MemoryStream(file), leaveOpen: false);
        using var metadata = reader.FileMetaData;
        var index = metadata.Schema.ColumnIndex(isList ? name + ".list.element" : name);
        for (var group = 0; group < metadata.NumRowGroups; group++)
        {
            using var rows = reader.RowGroup(group);
            var count = (int)rows.MetaData.NumRows;
            foreach (var cell in Read(rows, index, count, type, isList))
            {
                yield return cell;
            }
        }
    }

    /// <summary>DuckDB.</summary>
    public static IEnumerable<string> Duck(DuckDBConnection connection, string file, string name, ColumnType type, bool isList)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {(isList ? $"list_transform(\"{name}\", lambda e: {Comparable("e", type)})" : Comparable($"\"{name}\"", type))} FROM {file}";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return reader.IsDBNull(0) ? "∅" : isList ? DuckList(reader, type) : Spell(reader.GetValue(0));
        }
    }

    /// <summary>Parquet.Net, in managed code. It reads no deltas of times and days.</summary>
    public static async Task<List<string>> ManagedAsync(byte[] file, string name)
    {
        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(file));
        var field = reader.Schema.DataFields.Single(f => f.Path.FirstPart == name);
        List<string> cells = [];
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            using var raw = await rows.ReadRawColumnDataBaseAsync(field);
            cells.AddRange(Assemble(raw, field.MaxDefinitionLevel, field.MaxRepetitionLevel > 0, (int)rows.RowCount));
        }

        return cells;
    }

    private static string DuckList(DuckDBDataReader reader, ColumnType type) => type switch
    {
        ColumnType.Double => Spell(reader.GetFieldValue<List<double?>>(0)),
        ColumnType.Boolean => Spell(reader.GetFieldValue<List<bool?>>(0)),
        ColumnType.Int64 or ColumnType.Timestamp or ColumnType.Date => Spell(reader.GetFieldValue<List<long?>>(0)),
        _ => Spell(reader.GetFieldValue<List<string?>>(0)),
    };

    private static IEnumerable<string> Read(RowGroupReader rows, int column, int count, ColumnType type, bool isList) => type switch
    {
        ColumnType.Int64 => Read<long>(rows, column, count, isList),
        ColumnType.Double => Read<double>(rows, column, count, isList),
        ColumnType.Boolean => Read<bool>(rows, column, count, isList),
        ColumnType.Timestamp => Read<DateTime>(rows, column, count, isList),
        ColumnType.Date => Read<Date>(rows, column, count, isList),
        ColumnType.Uuid => Read<Guid>(rows, column, count, isList),
        _ => isList ? All<string?[]?>(rows, column, count) : All<string?>(rows, column, count),
    };

    private static IEnumerable<string> Read<T>(RowGroupReader rows, int column, int count, bool isList)
        where T : struct
    {
        return isList ? All<T?[]?>(rows, column, count)
            : rows.MetaData.Schema.Column(column).MaxDefinitionLevel == 0 ? All<T>(rows, column, count) : All<T?>(rows, column, count);
    }

    private static List<string> All<T>(RowGroupReader rows, int column, int count)
    {
        using var physical = rows.Column(column);
        using var reader = physical.LogicalReader<T>();
        return [.. reader.ReadAll(count).Select(value => Spell(value))];
    }

    private static IEnumerable<string> Assemble(RawColumnData raw, int maxDefinition, bool isList, int rows)
    {
        var values = Values(raw);
        if (maxDefinition == 0)
        {
            return values;
        }

        var definitions = raw.DefinitionLevels.ToArray();
        var next = 0;
        if (!isList)
        {
            return definitions.Select(level => level == maxDefinition ? values[next++] : "∅").ToList();
        }

        var repetitions = raw.RepetitionLevels.ToArray();
        List<string> cells = [];
        for (var i = 0; i < definitions.Length;)
        {
            List<string> elements = [];
            var first = definitions[i];
            do
            {
                if (definitions[i] >= maxDefinition - 1)
                {
                    elements.Add(definitions[i] == maxDefinition ? values[next++] : "∅");
                }

                i++;
            }
            while (i < definitions.Length && repetitions[i] == 1);
            cells.Add(first == 0 ? "∅" : RandomSegment.List(elements));
        }

        Assert.Equal(rows, cells.Count);
        return cells;
    }

    private static List<string> Values(RawColumnData raw) => raw switch
    {
        RawColumnData<long> longs => [.. longs.Values.ToArray().Select(v => Spell(v))],
        RawColumnData<double> doubles => [.. doubles.Values.ToArray().Select(v => Spell(v))],
        RawColumnData<bool> booleans => [.. booleans.Values.ToArray().Select(v => Spell(v))],
        RawColumnData<Guid> ids => [.. ids.Values.ToArray().Select(v => Spell(v))],
        RawColumnData<ReadOnlyMemory<char>> texts => [.. texts.Values.ToArray().Select(v => v.ToString())],
        RawColumnData<ReadOnlyMemory<byte>> json => [.. json.Values.ToArray().Select(v => Encoding.UTF8.GetString(v.Span))],
        _ => throw new NotSupportedException(raw.GetType().ToString()),
    };

    private static string Comparable(string expression, ColumnType type) => type switch
    {
        ColumnType.Timestamp => $"epoch_us({expression})",
        ColumnType.Date => $"({expression} - DATE '1970-01-01')::BIGINT",
        ColumnType.Uuid or ColumnType.Json => $"{expression}::VARCHAR",
        _ => expression,
    };

    private static string Spell(object? value) => value switch
    {
        null => "∅",
        string text => text,
        double number => RandomSegment.Bits(number),
        bool truth => truth ? "true" : "false",
        DateTime time => ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture),
        DateOnly day => (day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber).ToString(CultureInfo.InvariantCulture),
        Date day => day.Days.ToString(CultureInfo.InvariantCulture),
        System.Collections.IEnumerable list => RandomSegment.List(list.Cast<object?>().Select(Spell)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
