using System.Text.Encodings.Web;
using System.Text.Json;
using Ingest.Cli.Offline;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.StreamTests;

/// <summary>One line of a diff. <paramref name="Expected"/> and <paramref name="Found"/>: null where there is nothing on that side.</summary>
public sealed record Difference(string Where, string? Expected, string? Found);

/// <summary>Compares what came out of a case with what was expected. Pure.</summary>
public static class CaseComparison
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a test may name beside the stream's own columns.</summary>
    private static readonly string[] OriginColumns = ["_key", "_id", "_enqueued", "_device"];

    /// <summary>Not a column of the lake: of an event whose records go to several streams, which one a row went to.</summary>
    private const string StreamColumn = "_stream";

    /// <returns>Empty where all is as expected.</returns>
    public static IReadOnlyList<Difference> Compare(Expectation expected, OfflineOutcome found)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(found);
        var differences = new List<Difference>();
        if (expected.ChecksStream && expected.Stream != found.Stream?.Name)
        {
            differences.Add(new Difference("stream", expected.Stream ?? "none", found.Stream?.Name ?? "none"));
        }

        for (var i = 0; i < Math.Max(expected.Rows.Count, found.Rows.Count); i++)
        {
            if (i >= found.Rows.Count)
            {
                differences.Add(new Difference($"row {i}", JsonSerializer.Serialize(expected.Rows[i], Readable), null));
            }
            else if (i >= expected.Rows.Count)
            {
                differences.Add(new Difference($"row {i}", null, Show(found.Rows[i].Values)));
            }
            else
            {
                CompareRow(expected, i, found, differences);
            }
        }

        CompareFaults(expected.Faults, found.Faults, differences);
        return differences;
    }

    private static void CompareRow(Expectation expected, int index, OfflineOutcome found, List<Difference> differences)
    {
        var (row, values, stream) = (expected.Rows[index], found.Rows[index].Values, found.Rows[index].Stream);
        foreach (var (name, value) in row)
        {
            if (name == StreamColumn)
            {
                if (value.ValueKind != JsonValueKind.String || value.GetString() != stream.Name)
                {
                    differences.Add(new Difference($"row {index}, {name}", Show(value), stream.Name));
                }
            }
            else if (!values.TryGetProperty(name, out var its))
            {
                differences.Add(new Difference($"row {index}, {name}", Show(value), WhyAbsent(stream, name)));
            }
            else if (!IsEqual(value, its, stream.Columns.FirstOrDefault(c => c.Name == name)?.Type ?? TypeOfOrigin(name)))
            {
                differences.Add(new Difference($"row {index}, {name}", Show(value), Show(its)));
            }
        }

        if (expected.IsExact)
        {
            differences.AddRange(
                from column in stream.Columns
                where !row.ContainsKey(column.Name)
                let value = values.TryGetProperty(column.Name, out var its) ? its : default
                where value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
                select new Difference($"row {index}, {column.Name}", null, Show(value)));
        }
    }

    private static string WhyAbsent(StreamDefinition stream, string name) =>
        stream.Columns.Any(c => c.Name == name)
            ? "an enricher written in C# fills this column; name its assembly with --enrichers."
            : name == "_device"
                ? "only events of the device hub have a device; write \"hub\": \"devices\" in the input."
                : $"the stream {stream.Name} has no such column.{Spelling.Suggest(name, stream.Columns.Select(c => c.Name).Concat(OriginColumns))}";

    private static void CompareFaults(IReadOnlyList<ExpectedFault> expected, IReadOnlyList<OfflineFault> found, List<Difference> differences)
    {
        var unexplained = found.ToList();
        foreach (var fault in expected)
        {
            var match = unexplained.FindIndex(fault.Takes);
            if (match >= 0)
            {
                unexplained.RemoveAt(match);
                continue;
            }

            // The nearest other one belongs beside it: mostly the code is right and the rest is not.
            var nearest = unexplained.FindIndex(f => f.Fault.Code == fault.Code && !expected.Any(e => e.Takes(f)));
            differences.Add(new Difference("fault", fault.ToString(), nearest < 0 ? null : unexplained[nearest].ToString()));
            if (nearest >= 0)
            {
                unexplained.RemoveAt(nearest);
            }
        }

        differences.AddRange(unexplained.Select(f => new Difference("fault", null, f.ToString())));
    }

    private static ColumnType TypeOfOrigin(string name) => name == "_enqueued" ? ColumnType.Timestamp : ColumnType.String;

    private static bool IsEqual(JsonElement expected, JsonElement found, ColumnType type)
    {
        if (expected.ValueKind == JsonValueKind.Array && found.ValueKind == JsonValueKind.Array && type != ColumnType.Json)
        {
            return expected.GetArrayLength() == found.GetArrayLength()
                && expected.EnumerateArray().Zip(found.EnumerateArray()).All(pair => IsEqual(pair.First, pair.Second, type));
        }

        if (expected.ValueKind == JsonValueKind.String && found.ValueKind == JsonValueKind.String)
        {
            return type switch
            {
                // Any spelling of the same instant, or of the same UUID, is the same value.
                ColumnType.Timestamp => Rfc3339Text.TryParse(expected.GetString()!, out var left)
                    && Rfc3339Text.TryParse(found.GetString()!, out var right) && left.UtcTicks / 10 == right.UtcTicks / 10,
                ColumnType.Uuid => string.Equals(expected.GetString(), found.GetString(), StringComparison.OrdinalIgnoreCase),
                _ => expected.ValueEquals(found.GetString()),
            };
        }

        // 20.50 is the double 20.5, whatever the digits.
        return type == ColumnType.Double && expected.ValueKind == JsonValueKind.Number && found.ValueKind == JsonValueKind.Number
            ? expected.GetDouble().Equals(found.GetDouble())
            : JsonElement.DeepEquals(expected, found);
    }

    private static string Show(JsonElement value) => JsonSerializer.Serialize(value, Readable);
}
