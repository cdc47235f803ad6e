using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Ingest.Storage.Tables;

/// <summary>Values as the UTF-8 text that Table Storage's JSON has.</summary>
internal static class ValueText
{
    /// <summary>Enough for any number, UUID or time.</summary>
    public const int MaxLength = 40;

    /// <summary>2^53: whole numbers up to here are exact in a double.</summary>
    private const double MaxExact = 9007199254740992;

    /// <summary>Decimal places that the short way covers; telemetry seldom has more.</summary>
    private const int Places = 6;
    private const double Scale = 1e6;

    /// <summary>The first byte of U+2028 and U+2029, at which emulators in JavaScript end a line.</summary>
    private const byte SeparatorStart = 0xE2;

    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\', SeparatorStart]);

    /// <summary>A text that parses back to the same double. Finite values only.</summary>
    public static int WriteDouble(Span<byte> into, double value)
    {
        // The quotient of two exact numbers is rounded correctly, as parsing rounds: equal means that the digits say the value.
        var scaled = Math.Round(value * Scale);
        if (Math.Abs(scaled) < MaxExact && scaled / Scale == value && (value != 0 || !double.IsNegative(value)))
        {
            return WriteScaled(into, (long)scaled);
        }

        value.TryFormat(into, out var length, "R", CultureInfo.InvariantCulture);
        return length;
    }

    /// <summary>As <c>2026-11-23T06:00:00.0000000Z</c>; the years 1 to 9999.</summary>
    public static int WriteInstant(Span<byte> into, long microseconds)
    {
        new DateTime(DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc)
            .TryFormat(into, out var length, "O", CultureInfo.InvariantCulture);
        return length;
    }

    public static int WriteInteger(Span<byte> into, long value)
    {
        Utf8Formatter.TryFormat(value, into, out var length);
        return length;
    }

    /// <summary>The inside of a JSON string.</summary>
    public static void WriteEscaped(Utf8Buffer into, ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var plain = text.IndexOfAny(Escaped);
            if (plain < 0)
            {
                into.Write(text);
                return;
            }

            into.Write(text[..plain]);
            text = text[plain..];
            text = text[0] == SeparatorStart ? WriteSeparator(into, text) : WriteEscape(into, text);
        }
    }

    /// <summary>Length in UTF-16, by which Table Storage counts.</summary>
    public static int CharactersOf(ReadOnlySpan<byte> text) => Encoding.UTF8.GetCharCount(text);

    /// <summary>Returns what is left to write.</summary>
    private static ReadOnlySpan<byte> WriteSeparator(Utf8Buffer into, ReadOnlySpan<byte> text)
    {
        var length = Math.Min(3, text.Length);
        switch (text[..length])
        {
            case [_, 0x80, 0xA8]:
                into.Write("\\u2028"u8);
                break;
            case [_, 0x80, 0xA9]:
                into.Write("\\u2029"u8);
                break;
            default:
                into.Write(text[..length]);
                break;
        }

        return text[length..];
    }

    /// <inheritdoc cref="WriteSeparator"/>
    private static ReadOnlySpan<byte> WriteEscape(Utf8Buffer into, ReadOnlySpan<byte> text)
    {
        switch (text[0])
        {
            case (byte)'"':
                into.Write("\\\""u8);
                break;
            case (byte)'\\':
                into.Write("\\\\"u8);
                break;
            case (byte)'\n':
                into.Write("\\n"u8);
                break;
            default:
                into.Write("\\u00"u8);
                Utf8Formatter.TryFormat(text[0], into.Room(2), out _, new StandardFormat('x', 2));
                into.Advance(2);
                break;
        }

        return text[1..];
    }

    private static int WriteScaled(Span<byte> into, long scaled)
    {
        var sign = scaled < 0 ? 1 : 0;
        into[0] = (byte)'-';
        var (whole, fraction) = Math.DivRem(Math.Abs(scaled), (long)Scale);
        Utf8Formatter.TryFormat(whole, into[sign..], out var length);
        length += sign;
        if (fraction == 0)
        {
            return length;
        }

        into[length] = (byte)'.';
        var digits = into.Slice(length + 1, Places);
        for (var i = Places - 1; i >= 0; i--)
        {
            (fraction, var digit) = Math.DivRem(fraction, 10);
            digits[i] = (byte)('0' + digit);
        }

        return length + 1 + digits.TrimEnd((byte)'0').Length;
    }
}
