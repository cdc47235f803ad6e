using System.Text;
using System.Text.RegularExpressions;

namespace Ingest.Infrastructure.Tests.Model;

/// <summary>What the checks can say, read from their sources: each sentence as an expression that matches it with its gaps filled.</summary>
public static partial class Sentences
{
    public static IReadOnlyList<Sentence> OfChecks { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Ingest.Infrastructure.Tests", "Checks"), "*.cs")
            .SelectMany(file => Start().Matches(File.ReadAllText(file)).Select(m => Read(Path.GetFileNameWithoutExtension(file), m)))
            .Where(sentence => sentence.Text.Contains(' ')),
    ];

    /// <summary>Reads an interpolated string; what stands in braces, strings with quotes included, is a gap.</summary>
    private static Sentence Read(string file, Match start)
    {
        // A quote within the text would end it.
        var source = start.Groups["rest"].Value.Replace("\\\"", "\u201D", StringComparison.Ordinal);
        var isInterpolated = start.Groups["dollar"].Length > 0;
        var (text, expression, depth, inString) = (new StringBuilder(), new StringBuilder("^"), 0, false);
        foreach (var c in source)
        {
            if (depth == 0 && c == '"')
            {
                break;
            }

            text.Append(c);
            if (c == '"')
            {
                inString = !inString;
            }
            else if (isInterpolated && !inString && c is '{' or '}')
            {
                depth += c == '{' ? 1 : -1;
                expression.Append(c == '{' && depth == 1 ? ".*" : "");
            }
            else if (depth == 0)
            {
                expression.Append(Regex.Escape(c.ToString()));
            }
        }

        return new Sentence(file, text.ToString(), new Regex(expression.Append('$').ToString().Replace('\u201D', '"'), RegexOptions.Singleline));
    }

    // A sentence is returned, or made of each element of a sequence.
    [GeneratedRegex("""(?:yield return|\.Select\(\w+ =>) (?<dollar>\$?)"(?<rest>.*)""")]
    private static partial Regex Start();
}

/// <param name="Class">The class that says it.</param>
public sealed record Sentence(string Class, string Text, Regex Expression);
