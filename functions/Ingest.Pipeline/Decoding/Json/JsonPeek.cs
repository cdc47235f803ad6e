using System.Buffers;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Json;

/// <summary>
/// Looks into a JSON text before it is read in earnest: goes by quotes and brackets, checks nothing, and stops at the first thing
/// that cannot be. Whoever takes the record checks all of it.
/// </summary>
internal static class JsonPeek
{
    private const int Failed = -1;
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> ScalarEnd = SearchValues.Create(",]} \t\r\n"u8);

    /// <summary>The value at a path of keys and array indices: a string with its quotes, a container whole. The first of equal keys counts.</summary>
    /// <param name="path">Unescaped UTF-8 tokens of a JSON Pointer.</param>
    public static bool TryFind(ReadOnlySpan<byte> json, ReadOnlySpan<byte[]> path, out ReadOnlySpan<byte> value)
    {
        value = default;
        var at = JsonGrammar.SkipSpace(json, 0);
        foreach (var token in path)
        {
            if (at < json.Length && json[at] == '{')
            {
                at = FindMember(json, at, token);
            }
            else if (at < json.Length && json[at] == '[')
            {
                at = FindElement(json, at, token);
            }
            else
            {
                return false;
            }

            if (at < 0)
            {
                return false;
            }
        }

        var end = Skip(json, at);
        if (end < 0)
        {
            return false;
        }

        value = json[at..end];
        return true;
    }

    /// <summary>
    /// The next member of an object. Begin with <paramref name="at"/> on the opening brace; it ends behind the closing one, where
    /// <paramref name="key"/> is default.
    /// </summary>
    /// <returns>False where the text cannot be an object.</returns>
    public static bool TryMember(ReadOnlySpan<byte> json, ref int at, out Range key, out Range value)
    {
        (key, value) = (default, default);
        var isFirst = json[at] == '{';
        at = JsonGrammar.SkipSpace(json, at + (isFirst || json[at] == ',' ? 1 : 0));
        if (at < json.Length && json[at] == '}')
        {
            at++;
            return true;
        }

        if (at >= json.Length || json[at] != '"')
        {
            return false;
        }

        var keyEnd = EndOfString(json, at);
        if (keyEnd < 0)
        {
            return false;
        }

        key = (at + 1)..(keyEnd - 1);
        at = JsonGrammar.SkipSpace(json, keyEnd);
        if (at >= json.Length || json[at] != ':')
        {
            return false;
        }

        at = JsonGrammar.SkipSpace(json, at + 1);
        var end = Skip(json, at);
        if (end < 0)
        {
            return false;
        }

        value = at..end;
        at = JsonGrammar.SkipSpace(json, end);

        // A comma before the closing brace is no JSON.
        return at < json.Length && (json[at] == '}' || (json[at] == ',' && JsonGrammar.SkipSpace(json, at + 1) is var next && next < json.Length && json[next] == '"'));
    }

    private static int FindMember(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> name)
    {
        while (true)
        {
            // A member that something wrong follows still is a member.
            var goesOn = TryMember(json, ref at, out var key, out var value);
            if (value.Equals(default))
            {
                return Failed;
            }

            var text = json[key];
            if (text.SequenceEqual(name) || (text.Contains((byte)'\\') && IsEscaped(text, name)))
            {
                return value.Start.Value;
            }

            if (!goesOn)
            {
                return Failed;
            }
        }
    }

    private static bool IsEscaped(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) =>
        text.Length <= name.Length * 6 && JsonText.Scan(text, 0, out _, out _) is TextProblem.None or TextProblem.Unterminated
        && JsonText.Unescape(text).AsSpan().SequenceEqual(name);

    private static int FindElement(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> token)
    {
        if (!System.Buffers.Text.Utf8Parser.TryParse(token, out int wanted, out var used) || used != token.Length || wanted < 0
            || (token.Length > 1 && token[0] == '0'))
        {
            return Failed;
        }

        at = JsonGrammar.SkipSpace(json, at + 1);
        for (var index = 0; at >= 0 && at < json.Length && json[at] != ']'; index++)
        {
            if (index == wanted)
            {
                return at;
            }

            at = Skip(json, at);
            at = at < 0 ? json.Length : JsonGrammar.SkipSpace(json, at);
            if (at >= json.Length || json[at] != ',')
            {
                return Failed;
            }

            at = JsonGrammar.SkipSpace(json, at + 1);
        }

        return Failed;
    }

    /// <summary>Index behind the value that begins at <paramref name="at"/>; −1 where it has no end.</summary>
    private static int Skip(ReadOnlySpan<byte> json, int at)
    {
        if (at >= json.Length)
        {
            return Failed;
        }

        if (json[at] == '"')
        {
            return EndOfString(json, at);
        }

        if (json[at] is not ((byte)'{' or (byte)'['))
        {
            var length = json[at..].IndexOfAny(ScalarEnd);
            return length == 0 ? Failed : length < 0 ? json.Length : at + length;
        }

        for (var depth = 0; ;)
        {
            var next = json[at..].IndexOfAny(Structure);
            if (next < 0)
            {
                return Failed;
            }

            at += next;
            switch (json[at])
            {
                case (byte)'"':
                    at = EndOfString(json, at);
                    if (at < 0)
                    {
                        return Failed;
                    }

                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            at++;
            if (depth == 0)
            {
                return at;
            }
        }
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int quote)
    {
        for (var at = quote + 1; at < json.Length;)
        {
            var next = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return Failed;
            }

            at += next;
            if (json[at] == '"')
            {
                return at + 1;
            }

            at += 2;
        }

        return Failed;
    }
}
