using DuckDB.NET.Data;

namespace Ingest.Storage.Tests.Support;

/// <summary>Reads Parquet files with DuckDB, the way users will.</summary>
public sealed class Duck : IDisposable
{
    private readonly DuckDBConnection connection = new("DataSource=:memory:");
    private readonly string folder = Directory.CreateTempSubdirectory("duck-").FullName;
    private int files;

    public Duck()
    {
        connection.Open();
        Scalar("SET TimeZone = 'UTC'");
    }

    /// <summary>Writes the bytes to a file and returns the expression that reads it.</summary>
    public string Parquet(byte[] bytes)
    {
        var path = Path.Combine(folder, $"{files++}.parquet");
        File.WriteAllBytes(path, bytes);
        return $"read_parquet('{path}')";
    }

    public object? Scalar(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>Rows as text, columns joined by a bar, nulls as <c>∅</c>.</summary>
    public List<string> Rows(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "∅" : Convert.ToString(
                reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public void Dispose()
    {
        connection.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
