using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Schemas;

/// <summary>The rules for strings of one schema.</summary>
internal sealed class TextRules
{
    public int MinLength { get; set; }

    public int MaxLength { get; set; } = int.MaxValue;

    public Regex? Pattern { get; set; }

    /// <summary>The pattern as the schema has it.</summary>
    public string? PatternText { get; set; }

    public TextFormat Format { get; set; }

    /// <summary>Whether there is no rule but the format.</summary>
    public bool IsFormatOnly => MinLength == 0 && MaxLength == int.MaxValue && Pattern is null;

    /// <summary>What is wrong with the text; null where nothing is.</summary>
    /// <param name="text">Unescaped, valid UTF-8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public string? Check(ReadOnlySpan<byte> text)
    {
        // A byte is at least a code point's quarter and at most one, which mostly settles it without counting.
        if ((text.Length > MaxLength || text.Length < (long)MinLength * 4) && CheckLength(text) is { } tooLongOrShort)
        {
            return tooLongOrShort;
        }

        return Pattern is null ? null : CheckPattern(text);
    }

    public string? CheckFormat(ReadOnlySpan<byte> text) =>
        Format == TextFormat.None || TextFormats.IsValid(Format, text) ? null : $"Expected {TextFormats.Describe(Format)}.";

    /// <summary>Whether nothing is wrong; as <see cref="Check"/> and <see cref="CheckFormat"/>, but without words.</summary>
    /// <exception cref="RegexMatchTimeoutException">The pattern took too long, twice.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows(ReadOnlySpan<byte> text) =>
        (text.Length <= MaxLength && text.Length >= (long)MinLength * 4 || IsLengthRight(text))
            && (Format == TextFormat.None || TextFormats.IsValid(Format, text))
            && (Pattern is null || IsMatch(Pattern, text));

    /// <summary>Everything that another schema asks of the same text; false where one set of rules cannot say it.</summary>
    public bool TryAdd(TextRules other)
    {
        if ((Pattern is not null && other.Pattern is not null && PatternText != other.PatternText)
            || (Format != TextFormat.None && other.Format != TextFormat.None && Format != other.Format))
        {
            return false;
        }

        (MinLength, MaxLength) = (Math.Max(MinLength, other.MinLength), Math.Min(MaxLength, other.MaxLength));
        (Pattern, PatternText) = Pattern is null ? (other.Pattern, other.PatternText) : (Pattern, PatternText);
        Format = Format == TextFormat.None ? other.Format : Format;
        return true;
    }

    /// <exception cref="RegexMatchTimeoutException">It took too long, twice.</exception>
    public static bool IsMatch(Regex pattern, ReadOnlySpan<byte> text)
    {
        try
        {
            return IsMatchOnce(pattern, text);
        }
        catch (RegexMatchTimeoutException)
        {
            // The limit is on time that passes, not on work: a thread that was kept waiting (by the garbage collector, a throttled
            // instance, the compilation of the pattern at its first use) must not cost a record.
            return IsMatchOnce(pattern, text);
        }
    }

    public static string DescribeTimeout(string pattern) =>
        $"pattern-timeout: matching {pattern} took longer than {EcmaPattern.MatchTimeout.TotalMilliseconds:0} ms.";

    private static bool IsMatchOnce(Regex pattern, ReadOnlySpan<byte> text)
    {
        char[]? rented = null;
        var characters = text.Length <= 512 ? stackalloc char[512] : rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            return pattern.IsMatch(characters[..Encoding.UTF8.GetChars(text, characters)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }

    private bool IsLengthRight(ReadOnlySpan<byte> text)
    {
        var length = JsonText.CountCodePoints(text);
        return length >= MinLength && length <= MaxLength;
    }

    private string? CheckLength(ReadOnlySpan<byte> text)
    {
        var length = JsonText.CountCodePoints(text);
        return length > MaxLength ? $"Expected at most {MaxLength} characters, found {length}."
            : length < MinLength ? $"Expected at least {MinLength} characters, found {length}."
            : null;
    }

    private string? CheckPattern(ReadOnlySpan<byte> text)
    {
        try
        {
            return IsMatch(Pattern!, text) ? null : $"The text does not match the pattern {PatternText}.";
        }
        catch (RegexMatchTimeoutException)
        {
            return DescribeTimeout(PatternText!);
        }
    }
}
