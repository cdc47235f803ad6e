using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Schemas;

internal enum TextFormat
{
    None,
    DateTime,
    Date,
    Uuid,
}

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

    public string? CheckFormat(ReadOnlySpan<byte> text) => Format == TextFormat.None ? null : CheckNamedFormat(text);

    private string? CheckNamedFormat(ReadOnlySpan<byte> text) => Format switch
    {
        TextFormat.DateTime => Rfc3339.ParseDateTime(text, out _),
        TextFormat.Date => Rfc3339.ParseDate(text, out _),
        _ => UuidText.TryParse(text, out _) ? null : "Expected a UUID such as 123e4567-e89b-12d3-a456-426614174000.",
    };

    private string? CheckLength(ReadOnlySpan<byte> text)
    {
        var length = JsonText.CountCodePoints(text);
        return length > MaxLength ? $"Expected at most {MaxLength} characters, found {length}."
            : length < MinLength ? $"Expected at least {MinLength} characters, found {length}."
            : null;
    }

    private string? CheckPattern(ReadOnlySpan<byte> text)
    {
        char[]? rented = null;
        var characters = text.Length <= 512 ? stackalloc char[512] : rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            var length = Encoding.UTF8.GetChars(text, characters);
            return Pattern!.IsMatch(characters[..length]) ? null : $"The text does not match the pattern {PatternText}.";
        }
        catch (RegexMatchTimeoutException)
        {
            return $"pattern-timeout: matching {PatternText} took longer than {Pattern!.MatchTimeout.TotalMilliseconds:0} ms.";
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }
}
