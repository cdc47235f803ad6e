using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>JSON Pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    public static string Append(string pointer, string token) =>
        $"{pointer}/{token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>The pointer's tokens, unescaped; null where it is no JSON Pointer.</summary>
    public static string[]? Parse(string pointer)
    {
        if (pointer.Length == 0)
        {
            return [];
        }

        if (pointer[0] != '/')
        {
            return null;
        }

        var tokens = pointer[1..].Split('/');
        for (var i = 0; i < tokens.Length; i++)
        {
            for (var tilde = tokens[i].IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = tokens[i].IndexOf('~', tilde + 1))
            {
                if (tilde + 1 == tokens[i].Length || tokens[i][tilde + 1] is not ('0' or '1'))
                {
                    return null;
                }
            }

            tokens[i] = tokens[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return tokens;
    }

    /// <summary>
    /// The pointer of the value or key that begins at <paramref name="offset"/>. Walks the text again, so that readers need not
    /// keep track of where they are; everything before the offset must be well-formed JSON.
    /// </summary>
    public static string Locate(ReadOnlySpan<byte> json, int offset)
    {
        List<Frame> path = [];
        var at = 0;
        while (at < offset && at < json.Length)
        {
            switch (json[at])
            {
                case (byte)'{':
                    path.Add(new Frame(IsArray: false, 0, ExpectsKey: true));
                    break;
                case (byte)'[':
                    path.Add(new Frame(IsArray: true, 0, ExpectsKey: false));
                    break;
                case (byte)'}' or (byte)']' when path.Count > 0:
                    path.RemoveAt(path.Count - 1);
                    break;
                case (byte)',' when path.Count > 0:
                    path[^1] = path[^1].IsArray ? path[^1] with { Index = path[^1].Index + 1 } : new Frame(false, 0, ExpectsKey: true);
                    break;
                case (byte)'"':
                    var end = EndOfString(json, at);
                    if (path.Count > 0 && path[^1].ExpectsKey)
                    {
                        path[^1] = new Frame(false, 0, false, at + 1, end - at - 1);
                    }

                    at = end;
                    break;
            }

            at++;
        }

        if (at == offset && at < json.Length && json[at] == '"' && path.Count > 0 && path[^1].ExpectsKey)
        {
            path[^1] = new Frame(false, 0, false, at + 1, EndOfString(json, at) - at - 1);
        }

        var pointer = new StringBuilder();
        foreach (var frame in path)
        {
            if (frame.IsArray)
            {
                pointer.Append('/').Append(frame.Index);
            }
            else if (!frame.ExpectsKey)
            {
                var key = json.Slice(frame.KeyStart, frame.KeyLength);

                // The key itself may be what is wrong: then it stays as it stands.
                var isEscaped = JsonText.Scan(json, frame.KeyStart, out var end, out var escaped) == TextProblem.None && escaped && end == frame.KeyStart + frame.KeyLength;
                var text = Encoding.UTF8.GetString(isEscaped ? JsonText.Unescape(key) : key);
                pointer.Append(Append("", text));
            }
        }

        return pointer.ToString();
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int quote)
    {
        var at = quote + 1;
        while (at < json.Length && json[at] != '"')
        {
            at += json[at] == '\\' ? 2 : 1;
        }

        return Math.Min(at, json.Length);
    }

    private readonly record struct Frame(bool IsArray, int Index, bool ExpectsKey, int KeyStart = 0, int KeyLength = 0);
}
