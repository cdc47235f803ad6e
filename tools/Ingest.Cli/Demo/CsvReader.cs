using System.Text;

namespace Ingest.Cli.Demo;

/// <summary>Comma-separated values as RFC 4180 has them: quoted fields may hold commas, line ends and doubled quotes.</summary>
public static class CsvReader
{
    /// <summary>The rows as name → value, named by the first line.</summary>
    /// <exception cref="FormatException">A quote is not closed, or a row has another number of fields than the first line.</exception>
    public static IEnumerable<IReadOnlyDictionary<string, string>> ReadRows(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string[]? names = null;
        var number = 0;
        while (ReadFields(reader) is { } fields)
        {
            number++;
            if (names is null)
            {
                names = [.. fields];
                continue;
            }

            if (fields.Count != names.Length)
            {
                throw new FormatException($"Row {number} has {fields.Count} fields, the first line {names.Length}.");
            }

            yield return names.Zip(fields).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        }
    }

    private static List<string>? ReadFields(TextReader reader)
    {
        if (reader.Peek() < 0)
        {
            return null;
        }

        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        while (true)
        {
            var c = reader.Read();
            switch (c)
            {
                case < 0 when isQuoted:
                    throw new FormatException("A quoted field is not closed.");
                case '"' when isQuoted && reader.Peek() == '"':
                    field.Append((char)reader.Read());
                    break;
                case '"' when isQuoted || field.Length == 0:
                    isQuoted = !isQuoted;
                    break;
                case ',' when !isQuoted:
                    fields.Add(field.ToString());
                    field.Clear();
                    break;
                case '\r' when !isQuoted && reader.Peek() == '\n':
                    break;
                case < 0:
                case '\n' when !isQuoted:
                    fields.Add(field.ToString());
                    return fields;
                default:
                    field.Append((char)c);
                    break;
            }
        }
    }
}
