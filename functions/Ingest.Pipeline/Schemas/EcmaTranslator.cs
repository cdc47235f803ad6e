using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Rewrites what ECMA-262 (with the <c>u</c> flag) and .NET read differently: classes of characters, the dot, anchors, and
/// characters beyond the basic plane, which .NET sees as two.
/// </summary>
internal sealed class EcmaTranslator
{
    private const string Astral = @"[\ud800-\udbff][\udc00-\udfff]";
    private const string Spaces = @"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
    private const string NotSpaces = @"\0-\x08\x0e-\x1f!-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ud7ff\ue000-\ufefe\uff00-\uffff";

    private static readonly Dictionary<string, string> Categories = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Lowercase_Letter"] = "Ll",
        ["Uppercase_Letter"] = "Lu",
        ["Titlecase_Letter"] = "Lt",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
    };

    private readonly string pattern;
    private readonly StringBuilder output = new();
    private readonly EcmaGroups groups = new();
    private int at;

    private EcmaTranslator(string pattern) => this.pattern = pattern;

    public static bool TryTranslate(string pattern, [NotNullWhen(true)] out string? translated, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            var translator = new EcmaTranslator(pattern);
            translator.Translate();
            (translated, problem) = (translator.output.ToString(), null);
            return true;
        }
        catch (FormatException exception)
        {
            (translated, problem) = (null, exception.Message);
            return false;
        }
    }

    private void Translate()
    {
        var isBehindAssertion = false;
        while (at < pattern.Length)
        {
            if (isBehindAssertion && IsQuantifier())
            {
                throw new FormatException($"There is nothing to repeat before {pattern[at]}.");
            }

            var c = pattern[at++];
            isBehindAssertion = c is '^' or '$' || (c == '\\' && at < pattern.Length && pattern[at] is 'b' or 'B');
            switch (c)
            {
                case '.':
                    output.Append(CultureInfo.InvariantCulture, $@"(?:[^\n\r\u2028\u2029\ud800-\udfff]|{Astral})");
                    break;
                case '$':
                    output.Append(@"\z");
                    break;
                case '[':
                    Class();
                    break;
                case '\\':
                    output.Append(Escape());
                    break;
                case '(':
                    Group();
                    break;
                case ')':
                    isBehindAssertion = groups.Close();
                    output.Append(c);
                    break;
                case '|':
                    groups.NextAlternative();
                    output.Append(c);
                    break;
                case '#' or ' ':
                    output.Append('\\').Append(c);
                    break;
                default:
                    if (char.IsHighSurrogate(c) && at < pattern.Length && char.IsLowSurrogate(pattern[at]))
                    {
                        output.Append("(?:").Append(c).Append(pattern[at++]).Append(')');
                    }
                    else
                    {
                        output.Append(c);
                    }

                    break;
            }
        }
    }

    private bool IsQuantifier()
    {
        if (pattern[at] != '{')
        {
            return pattern[at] is '*' or '+' or '?';
        }

        // A brace that is no quantifier is a brace.
        var close = pattern.IndexOf('}', at);
        return close > at + 1 && char.IsAsciiDigit(pattern[at + 1]) && !pattern.AsSpan(at + 1, close - at - 1).ContainsAnyExcept("0123456789,");
    }

    /// <summary>Behind its parenthesis. Only the groups that ECMA-262 has; .NET knows more, which would mean something else here.</summary>
    private void Group()
    {
        output.Append('(');
        var rest = pattern.AsSpan(at);
        var name = rest.StartsWith("?<") && rest.Length > 2 && (char.IsLetter(rest[2]) || rest[2] is '_' or '$') ? rest[2..] : default;
        if (rest.StartsWith("?") && name.IsEmpty && !(rest.Length > 1 && rest[1] is ':' or '=' or '!') && !rest.StartsWith("?<=") && !rest.StartsWith("?<!"))
        {
            throw new FormatException($"There is no group (?{(rest.Length > 1 ? rest[1] : ' ')} in ECMA-262.");
        }

        var end = name.IndexOf('>');
        groups.Open(rest.StartsWith("?<=") || rest.StartsWith("?<!"), end < 0 ? null : name[..end].ToString());
        if (rest.StartsWith("?"))
        {
            output.Append('?');
            at++;
        }
    }

    private string Escape()
    {
        if (at == pattern.Length)
        {
            throw new FormatException("It ends with a backslash.");
        }

        var c = pattern[at++];
        switch (c)
        {
            case 'd':
                return "[0-9]";
            case 'D':
                return $@"(?:[^0-9\ud800-\udfff]|{Astral})";
            case 'w':
                return "[A-Za-z0-9_]";
            case 'W':
                return $@"(?:[^A-Za-z0-9_\ud800-\udfff]|{Astral})";
            case 's':
                return $"[{Spaces}]";
            case 'S':
                return $@"(?:[^{Spaces}\ud800-\udfff]|{Astral})";
            case 'b' or 'B':
                // .NET's word characters are Unicode's, ECMA-262's are ASCII's.
                const string Word = "[A-Za-z0-9_]";
                return c == 'b' ? $"(?:(?<={Word})(?!{Word})|(?<!{Word})(?={Word}))" : $"(?:(?<={Word})(?={Word})|(?<!{Word})(?!{Word}))";
            case 'k' or (>= '1' and <= '9'):
                return "\\" + c;
            default:
                at--;
                var code = CodePoint();
                return code is null ? Category() : code <= 0xffff ? Literal((char)code) : $"(?:{char.ConvertFromUtf32(code.Value)})";
        }
    }

    private void Class()
    {
        var negated = at < pattern.Length && pattern[at] == '^';
        at += negated ? 1 : 0;
        var members = new StringBuilder();
        var astral = new AstralRanges();
        while (true)
        {
            if (at == pattern.Length)
            {
                throw new FormatException("A class [ is not closed.");
            }

            if (pattern[at] == ']')
            {
                at++;
                break;
            }

            ClassMember(members, astral);
        }

        var pairs = negated ? astral.Complement().ToPattern() : astral.ToPattern();
        var single = negated ? $@"[^{members}\ud800-\udfff]" : members.Length > 0 ? $"[{members}]" : "";
        output.Append((single.Length, pairs.Length) switch
        {
            (0, 0) => "(?!)",
            (_, 0) => single,
            (0, _) => $"(?:{pairs})",
            _ => $"(?:{single}|{pairs})",
        });
    }

    private void ClassMember(StringBuilder members, AstralRanges astral)
    {
        if (pattern[at] == '\\' && at + 1 < pattern.Length)
        {
            var set = pattern[at + 1] switch
            {
                'd' => "0-9",
                'D' => @"\0-/:-\ud7ff\ue000-\uffff",
                'w' => "A-Za-z0-9_",
                'W' => @"\0-/:-@\[-\^`{-\ud7ff\ue000-\uffff",
                's' => Spaces,
                'S' => NotSpaces,
                'p' or 'P' => "",
                _ => null,
            };
            if (set is not null)
            {
                // What lacks something has all the characters beyond U+FFFF.
                if (pattern[at + 1] is 'D' or 'W' or 'S' or 'P')
                {
                    astral.Add(AstralRanges.First, AstralRanges.Last);
                }

                at += set.Length == 0 ? 1 : 2;
                members.Append(set.Length == 0 ? Category() : set);
                return;
            }
        }

        var from = ClassCharacter();
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
        {
            at++;
            var to = ClassCharacter();
            if (from > to)
            {
                throw new FormatException("A range in a class runs backwards.");
            }

            Add(members, astral, from, to);
        }
        else
        {
            Add(members, astral, from, from);
        }
    }

    private static void Add(StringBuilder members, AstralRanges astral, int from, int to)
    {
        // Halves of pairs are no characters.
        if (from < 0xd800)
        {
            members.Append(Literal((char)from)).Append('-').Append(Literal((char)Math.Min(to, 0xd7ff)));
        }

        if (to > 0xdfff && from < AstralRanges.First)
        {
            members.Append(Literal((char)Math.Max(from, 0xe000))).Append('-').Append(Literal((char)Math.Min(to, char.MaxValue)));
        }

        if (to >= AstralRanges.First)
        {
            astral.Add(Math.Max(from, AstralRanges.First), to);
        }
    }

    private int ClassCharacter()
    {
        if (pattern[at] == '\\')
        {
            at++;
            return at < pattern.Length && pattern[at] == 'b' ? Skip('\b')
                : at < pattern.Length && pattern[at] == '-' ? Skip('-')
                : CodePoint() ?? throw new FormatException("A class cannot be the end of a range.");
        }

        if (char.IsHighSurrogate(pattern[at]) && at + 1 < pattern.Length && char.IsLowSurrogate(pattern[at + 1]))
        {
            at += 2;
            return char.ConvertToUtf32(pattern[at - 2], pattern[at - 1]);
        }

        return pattern[at++];

        int Skip(int value)
        {
            at++;
            return value;
        }
    }

    /// <summary>The character that an escape stands for; null for the beginning of a category.</summary>
    private int? CodePoint()
    {
        var c = at < pattern.Length ? pattern[at++] : throw new FormatException("It ends with a backslash.");
        switch (c)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case '0':
                return '\0';
            case 'c' when at < pattern.Length && char.IsAsciiLetter(pattern[at]):
                return pattern[at++] % 32;
            case 'x':
                return Hex(2);
            case 'u' when at < pattern.Length && pattern[at] == '{':
                var close = pattern.IndexOf('}', at);
                var digits = close < 0 ? 0 : close - at - 1;
                at++;
                var braced = digits is > 0 and < 8 ? Hex(digits) : throw new FormatException(@"\u{ needs hexadecimal digits and }.");
                at++;
                return braced is <= 0x10ffff and not (>= 0xd800 and <= 0xdfff) ? braced : throw new FormatException(@"\u{} names no character.");
            case 'u':
                var unit = Hex(4);
                if (char.IsHighSurrogate((char)unit) && pattern.AsSpan(at).StartsWith(@"\u"))
                {
                    at += 2;
                    var low = Hex(4);
                    return char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)unit, (char)low) : throw new FormatException("Half of a surrogate pair matches nothing.");
                }

                return unit;
            case 'p' or 'P':
                return null;
            case '^' or '$' or '\\' or '.' or '*' or '+' or '?' or '(' or ')' or '[' or ']' or '{' or '}' or '|' or '/' or '-':
                return c;
            default:
                // ECMA-262 without the u flag reads such an escape as the character itself; .NET has other plans for letters.
                return char.IsAsciiLetterOrDigit(c) ? throw new FormatException($@"There is no escape \{c} in ECMA-262.") : c;
        }
    }

    private int Hex(int digits)
    {
        if (at + digits > pattern.Length
            || !int.TryParse(pattern.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException("An escape needs hexadecimal digits.");
        }

        at += digits;
        return value;
    }

    /// <summary>Behind <c>\p</c> or <c>\P</c>.</summary>
    private string Category()
    {
        var kind = pattern[at - 1] is 'p' or 'P' ? pattern[at - 1] : pattern[at++];
        var close = at < pattern.Length && pattern[at] == '{' ? pattern.IndexOf('}', at) : -1;
        if (close < 0)
        {
            throw new FormatException($@"\{kind} needs a category in braces.");
        }

        var name = pattern[(at + 1)..close];
        name = name.StartsWith("General_Category=", StringComparison.Ordinal) ? name[17..] : name.StartsWith("gc=", StringComparison.Ordinal) ? name[3..] : name;
        name = Categories.GetValueOrDefault(name, name);
        if (name.Length > 2)
        {
            throw new FormatException($"The Unicode property {name} is not supported; general categories are.");
        }

        at = close + 1;
        return $@"\{kind}{{{name}}}";
    }

    private static string Literal(char c) => $@"\u{(int)c:x4}";
}
