namespace Ingest.Pipeline.Schemas;

/// <summary>Ways through JSON that was checked to be well-formed.</summary>
internal static class JsonSpan
{
    /// <summary>Index of the first element or key in the container at <paramref name="at"/>, or of what closes it.</summary>
    public static int First(ReadOnlySpan<byte> json, int at) => JsonGrammar.SkipSpace(json, at + 1);

    /// <summary>Index of the element or key behind the one that ends at <paramref name="end"/>, or of what closes the container.</summary>
    public static int Next(ReadOnlySpan<byte> json, int end)
    {
        end = JsonGrammar.SkipSpace(json, end);
        return json[end] == ',' ? JsonGrammar.SkipSpace(json, end + 1) : end;
    }

    /// <summary>Index of the value whose key is at <paramref name="at"/>.</summary>
    /// <param name="key">The key between its quotes, as it is written.</param>
    public static int ValueOfMember(ReadOnlySpan<byte> json, int at, out Range key)
    {
        var end = EndOfString(json, at);
        key = (at + 1)..(end - 1);
        return JsonGrammar.SkipSpace(json, JsonGrammar.SkipSpace(json, end) + 1);
    }

    /// <summary>Index behind the string that begins at <paramref name="at"/>.</summary>
    public static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        at++;
        while (true)
        {
            at += json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (json[at] == '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }

    /// <summary>Index behind the value that begins at <paramref name="at"/>.</summary>
    public static int EndOfValue(ReadOnlySpan<byte> json, int at)
    {
        var level = 0;
        while (true)
        {
            switch (json[at])
            {
                case (byte)'"':
                    at = EndOfString(json, at);
                    break;
                case (byte)'{' or (byte)'[':
                    level++;
                    at++;
                    break;
                case (byte)'}' or (byte)']':
                    level--;
                    at++;
                    break;
                case (byte)'t' or (byte)'n':
                    at += 4;
                    break;
                case (byte)'f':
                    at += 5;
                    break;
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                    at = JsonGrammar.EndOfNumber(json, at);
                    break;
                default:
                    at++;
                    continue;
            }

            if (level == 0)
            {
                return at;
            }
        }
    }
}
