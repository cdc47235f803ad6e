namespace Ingest.Pipeline.Schemas;

/// <summary>
/// A .NET custom format whose fields all have fixed widths, such as <c>yyyy/MM/dd HH:mm</c>, read straight from bytes. Accepts
/// exactly what <see cref="DateTime.TryParseExact(string?, string?, IFormatProvider?, System.Globalization.DateTimeStyles, out DateTime)"/>
/// accepts with the invariant culture.
/// </summary>
internal sealed class FixedTimePattern
{
    private readonly (char Field, int Width)[] parts;
    private readonly int length;

    private FixedTimePattern((char Field, int Width)[] parts)
    {
        this.parts = parts;
        length = parts.Sum(p => p.Width);
    }

    /// <summary>null where the format has anything but fixed digits and plain separators.</summary>
    public static FixedTimePattern? TryCreate(string format)
    {
        List<(char Field, int Width)> parts = [];
        for (var i = 0; i < format.Length;)
        {
            var c = format[i];
            var run = 1;
            while (i + run < format.Length && format[i + run] == c)
            {
                run++;
            }

            switch (c)
            {
                case 'y' when run == 4:
                case 'M' or 'd' or 'H' or 'm' or 's' when run == 2:
                case 'f' when run <= 6:
                    if (parts.Any(p => p.Field == c))
                    {
                        return null;
                    }

                    parts.Add((c, run));
                    break;
                case '-' or '/' or ':' or ' ' or '_' or ',' or 'T':
                    // .NET lets a space stand for itself only; the invariant culture's separators are / and :
                    parts.AddRange(Enumerable.Repeat((Literal(c), 1), run));
                    break;
                default:
                    return null;
            }

            i += run;
        }

        // Without the whole date .NET takes today's parts, which a record must not depend on; it is left to report that.
        return "yMd".All(field => parts.Any(p => p.Field == field)) ? new FixedTimePattern([.. parts]) : null;
    }

    /// <param name="microseconds">Since the Unix epoch, in the pattern's own time zone.</param>
    public bool TryParse(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length != length)
        {
            return false;
        }

        int year = 0, month = 0, day = 0;
        long time = 0;
        var at = 0;
        foreach (var (field, width) in parts)
        {
            if (field >= 128)
            {
                if (text[at++] != field - 128)
                {
                    return false;
                }

                continue;
            }

            var value = 0;
            for (var end = at + width; at < end; at++)
            {
                var digit = text[at] - '0';
                if ((uint)digit > 9)
                {
                    return false;
                }

                value = (value * 10) + digit;
            }

            switch (field)
            {
                case 'y':
                    year = value;
                    break;
                case 'M':
                    month = value;
                    break;
                case 'd':
                    day = value;
                    break;
                case 'H' when value < 24:
                    time += value * 3_600_000_000L;
                    break;
                case 'm' when value < 60:
                    time += value * 60_000_000L;
                    break;
                case 's' when value < 60:
                    time += value * 1_000_000L;
                    break;
                case 'f':
                    for (var i = width; i < 6; i++)
                    {
                        value *= 10;
                    }

                    time += value;
                    break;
                default:
                    return false;
            }
        }

        if (!Rfc3339.TryDays(year, month, day, out var days))
        {
            return false;
        }

        microseconds = (days * Rfc3339.MicrosecondsPerDay) + time;
        return true;
    }

    /// <summary>Literals share the field's character, moved out of the letters' way.</summary>
    private static char Literal(char c) => (char)(c + 128);
}
