using System.Globalization;
using DuckDB.NET.Data;

namespace Ingest.Cli.Demo;

/// <summary>A query and its answer as text.</summary>
public sealed record QueryResult(string Sql, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>Asks DuckDB about the downloaded segments, as a user would.</summary>
public static class LakeQuery
{
    /// <summary>Where flights were delayed most, by the city that the lookup added; cities with hardly a flight left out.</summary>
    public static string DelayByCity => """
        select origin_city, origin_state, count(*) as flights, round(avg(delay), 1) as average_delay
        from read_parquet('lake/routes/**/*.parquet', union_by_name = true)
        group by all having 500 * flights >= (select count(*) from read_parquet('lake/routes/**/*.parquet'))
        order by average_delay desc limit 5
        """;

    /// <summary>What became of each kind of broken event.</summary>
    public static string ReasonByKind => """
        select coalesce(json_extract_string(properties, '$."demo-kind"'), '(not of the demo)') as kind, code, stage, count(*) as events, any_value(detail) as example
        from read_parquet('quarantine/**/*.parquet', union_by_name = true)
        group by all order by kind
        """;

    /// <summary>Runs the query with paths relative to <paramref name="folder"/>.</summary>
    public static QueryResult Run(string folder, string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"set file_search_path = '{folder.Replace("'", "''", StringComparison.Ordinal)}'";
        command.ExecuteNonQuery();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var rows = new List<IReadOnlyList<string>>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, columns.Count).Select(i => reader.IsDBNull(i) ? "" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "")]);
        }

        return new QueryResult(sql, columns, rows);
    }
}
