using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Patterns in ECMA-262's syntax, run by .NET: in linear time where the expression allows it, else with a limit on the time of
/// one match. Patterns match anywhere in the text unless anchored, as JSON Schema has it.
/// </summary>
internal static class EcmaPattern
{
    public static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(50);

    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? problem)
    {
        regex = null;
        if (!EcmaTranslator.TryTranslate(pattern, out var translated, out problem))
        {
            return false;
        }

        try
        {
            regex = Create(translated);
            problem = null;
            return true;
        }
        catch (ArgumentException exception)
        {
            problem = exception.Message;
            return false;
        }
    }

    /// <summary>Whether a text, UTF-8, is a regular expression that could be used as a pattern.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (!EcmaTranslator.TryTranslate(Encoding.UTF8.GetString(text), out var translated, out _))
        {
            return false;
        }

        try
        {
            _ = new Regex(translated, RegexOptions.CultureInvariant, MatchTimeout);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static Regex Create(string translated)
    {
        try
        {
            return new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchTimeout);
        }
        catch (NotSupportedException)
        {
            // Look-around and back-references need backtracking.
            return new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.Compiled, MatchTimeout);
        }
    }
}
