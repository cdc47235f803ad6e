using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Schemas;

/// <content>Strings and numbers.</content>
internal sealed partial class JsonValidator
{
    private static readonly double[] PowersOfTen = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

    private PatternBudget patterns;

    private int ApplyText(ReadOnlySpan<byte> json, int at, Rule rule)
    {
        if ((rule.Types & JsonTypes.String) == 0)
        {
            return FailType(json, at, rule);
        }

        var end = JsonText.FindPlainEnd(json, at + 1);
        if (end < 0)
        {
            return ApplyTextSlowly(json, at, rule);
        }

        return rule.IsOnlyTyped || CheckText(at, rule, json[(at + 1)..end]) ? end + 1 : Failed;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ApplyTextSlowly(ReadOnlySpan<byte> json, int at, Rule rule)
    {
        var end = ReadText(json, at, out var text, out _);
        return end < 0 || rule.IsOnlyTyped || CheckText(at, rule, text) ? end : Failed;
    }

    /// <summary>A string's text: a slice of the payload, or of the scratch buffer where it had to be unescaped.</summary>
    /// <param name="at">Where the opening quote is.</param>
    private int ReadText(ReadOnlySpan<byte> json, int at, out ReadOnlySpan<byte> text, out bool escaped)
    {
        text = default;
        var problem = JsonText.Scan(json, at + 1, out var end, out escaped);
        if (problem != TextProblem.None)
        {
            return AbortText(at, problem);
        }

        text = json[(at + 1)..end];
        if (escaped)
        {
            var room = Scratch(text.Length);
            text = room.AsSpan(0, JsonText.Unescape(text, room));
        }

        return end + 1;
    }

    private bool CheckText(int at, Rule rule, ReadOnlySpan<byte> text)
    {
        if (rule.Text is { } rules && !(rules.Pattern is null ? rules.Allows(text) : AllowsWithPattern(at, rule, rules, text)))
        {
            return FailText(at, rule, rules, text) >= 0;
        }

        if (rule.Allowed is not null)
        {
            foreach (var allowed in rule.Allowed)
            {
                if (!allowed.Allows(text))
                {
                    return FailAllowed(at, rule, allowed) >= 0;
                }
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AllowsWithPattern(int at, Rule rule, TextRules rules, ReadOnlySpan<byte> text)
    {
        try
        {
            if (!PatternBudget.Counts(rules.Pattern!))
            {
                return rules.Allows(text);
            }

            var start = Stopwatch.GetTimestamp();
            var allows = rules.Allows(text);
            return CountPattern(at, rule, "pattern", rules.PatternText!, start) && allows;
        }
        catch (RegexMatchTimeoutException)
        {
            return AbortPattern(at, rule, "pattern", rules.PatternText!) >= 0;
        }
    }

    /// <summary>Whether a property's name matches a pattern.</summary>
    private bool MatchesName(ReadOnlySpan<byte> name, int keyAt, Rule rule, PatternRule pattern)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            var matches = TextRules.IsMatch(pattern.Pattern, name);
            return CountPattern(keyAt, rule, "patternProperties", pattern.Source, start) && matches;
        }
        catch (RegexMatchTimeoutException)
        {
            return AbortPattern(keyAt, rule, "patternProperties", pattern.Source) >= 0;
        }
    }

    private bool CountPattern(int at, Rule rule, string keyword, string pattern, long start)
        => patterns.Spend(start) || AbortPattern(at, rule, keyword, pattern) >= 0;

    private int ApplyNumber(ReadOnlySpan<byte> json, int at, Rule rule)
    {
        if ((rule.Types & JsonTypes.Number) == 0)
        {
            return FailType(json, at, rule);
        }

        var negative = json[at] == '-';
        var first = negative ? at + 1 : at;
        var length = ShortNumber.Read(json, first, out var digits, out var fraction);
        if (length == 0)
        {
            return ApplyNumberSlowly(json, at, rule);
        }

        var end = first + length;
        if (fraction != 0)
        {
            if ((rule.Types & JsonTypes.Number) != JsonTypes.Number || rule.Allowed is not null)
            {
                return CheckNumber(json, at, end, rule);
            }

            var value = digits / PowersOfTen[fraction];
            return rule.Number is null || rule.Number.Allows(digits, fraction, negative ? -value : value, json[at..end]) ? end : FailNumber(json, at, rule);
        }

        var whole = negative ? -(long)digits : (long)digits;
        if ((rule.Types & JsonTypes.Integer) == 0)
        {
            return FailType(json, at, rule);
        }

        if (rule.Number is not null && !rule.Number.Allows(whole))
        {
            return FailNumber(json, at, rule);
        }

        return rule.Allowed is null ? end : CheckAllowedNumber(json, at, end, rule);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ApplyNumberSlowly(ReadOnlySpan<byte> json, int at, Rule rule)
    {
        var end = JsonGrammar.EndOfNumber(json, at);
        return end < 0 ? AbortMalformed(at, "Expected a value.") : CheckNumber(json, at, end, rule);
    }

    private int CheckNumber(ReadOnlySpan<byte> json, int at, int end, Rule rule)
    {
        var text = json[at..end];
        visits -= text.Length / BytesPerVisit;
        if ((rule.Types & JsonTypes.Number) != JsonTypes.Number && (rule.Types & JsonNumber.TypeOf(text)) == 0)
        {
            return FailType(json, at, rule);
        }

        if (rule.Number is not null && !rule.Number.Allows(text))
        {
            return FailNumber(json, at, rule);
        }

        return rule.Allowed is null ? end : CheckAllowedNumber(json, at, end, rule);
    }

    private int CheckAllowedNumber(ReadOnlySpan<byte> json, int at, int end, Rule rule)
    {
        foreach (var allowed in rule.Allowed!)
        {
            if (!allowed.AllowsNumberText(json[at..end]))
            {
                return FailAllowed(at, rule, allowed);
            }
        }

        return end;
    }
}
