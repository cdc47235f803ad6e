namespace Ingest.Pipeline.Decoding.Csv;

/// <param name="Length">Without the quotes around it.</param>
/// <param name="HasQuotes">Whether it holds quotes, each written twice.</param>
internal readonly record struct CsvCell(int Start, int Length, bool IsQuoted, bool HasQuotes);

internal enum CsvOutcome
{
    Record,

    /// <summary>An empty line.</summary>
    Blank,
    End,
    BrokenQuotes,
    OpenQuotes,
    TooManyFields,
}

/// <summary>Splits RFC 4180. Lines end with LF or CRLF; quoted fields may hold them.</summary>
internal static class CsvReader
{
    /// <summary>Reads one record; <paramref name="at"/> ends behind its line. Broken quotes cost the line that they break.</summary>
    public static CsvOutcome Next(ReadOnlySpan<byte> csv, ref int at, byte delimiter, int maxFields, List<CsvCell> cells)
    {
        cells.Clear();
        if (at >= csv.Length)
        {
            return CsvOutcome.End;
        }

        var start = at;
        while (true)
        {
            if (cells.Count == maxFields)
            {
                return Resume(csv, ref at, CsvOutcome.TooManyFields);
            }

            if (at < csv.Length && csv[at] == '"')
            {
                if (!TryQuoted(csv, ref at, cells, out var isOpen))
                {
                    at = isOpen ? csv.Length : at;
                    return isOpen ? CsvOutcome.OpenQuotes : Resume(csv, ref at, CsvOutcome.BrokenQuotes);
                }

                if (at < csv.Length && csv[at] != delimiter && csv[at] != '\n' && !IsLineEnd(csv, at))
                {
                    return Resume(csv, ref at, CsvOutcome.BrokenQuotes);
                }
            }
            else
            {
                var length = csv[at..].IndexOfAny(delimiter, (byte)'\n', (byte)'"');
                length = length < 0 ? csv.Length - at : length;
                if (at + length < csv.Length && csv[at + length] == '"')
                {
                    return Resume(csv, ref at, CsvOutcome.BrokenQuotes);
                }

                var isLast = at + length == csv.Length || csv[at + length] == '\n';
                var isReturn = isLast && length > 0 && csv[at + length - 1] == '\r';
                cells.Add(new CsvCell(at, length - (isReturn ? 1 : 0), IsQuoted: false, HasQuotes: false));
                at += length;
            }

            if (at < csv.Length && csv[at] == delimiter)
            {
                at++;
                continue;
            }

            at += IsLineEnd(csv, at) ? 2 : at < csv.Length ? 1 : 0;
            return cells is [{ Length: 0, IsQuoted: false }] ? CsvOutcome.Blank : CsvOutcome.Record;
        }
    }

    public static string Describe(CsvOutcome outcome) => outcome switch
    {
        CsvOutcome.OpenQuotes => "Quotes are opened and not closed, so that where the record ends cannot be told; the rest of the event is kept with it.",
        CsvOutcome.BrokenQuotes => "Quotes stand inside a field; a field that holds quotes is quoted as a whole, and its own quotes are written twice.",
        CsvOutcome.TooManyFields => "The record has too many fields.",
        _ => "There is none.",
    };

    private static bool TryQuoted(ReadOnlySpan<byte> csv, ref int at, List<CsvCell> cells, out bool isOpen)
    {
        isOpen = false;
        var start = at + 1;
        var hasQuotes = false;
        for (var from = start; ;)
        {
            var quote = csv[from..].IndexOf((byte)'"');
            if (quote < 0)
            {
                isOpen = true;
                return false;
            }

            from += quote;
            if (from + 1 < csv.Length && csv[from + 1] == '"')
            {
                hasQuotes = true;
                from += 2;
                continue;
            }

            cells.Add(new CsvCell(start, from - start, IsQuoted: true, hasQuotes));
            at = from + 1;
            return true;
        }
    }

    private static bool IsLineEnd(ReadOnlySpan<byte> csv, int at) => at + 1 < csv.Length && csv[at] == '\r' && csv[at + 1] == '\n';

    private static CsvOutcome Resume(ReadOnlySpan<byte> csv, ref int at, CsvOutcome outcome)
    {
        var length = at < csv.Length ? csv[at..].IndexOf((byte)'\n') : -1;
        at = length < 0 ? csv.Length : at + length + 1;
        return outcome;
    }
}
