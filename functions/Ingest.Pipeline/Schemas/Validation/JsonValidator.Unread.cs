namespace Ingest.Pipeline.Schemas;

/// <content>Values that no schema looks at: they have to be well-formed all the same.</content>
internal sealed partial class JsonValidator
{
    private int[] openObjects = new int[16];

    /// <summary>Any JSON value: grammar, depth and duplicate keys. Keeps its own stack, so that depth costs no call stack.</summary>
    private int SkipUnread(ReadOnlySpan<byte> json, int at, int depth)
    {
        var level = 0;
        while (true)
        {
            if ((uint)at >= (uint)json.Length)
            {
                return AbortMalformed(json.Length, "The text ends where a value is expected.");
            }

            switch (json[at])
            {
                case (byte)'{' or (byte)'[':
                    if (depth + level + 1 > maxDepth)
                    {
                        return AbortDepth(at);
                    }

                    if (level == openObjects.Length)
                    {
                        Array.Resize(ref openObjects, level * 2);
                    }

                    var isObject = json[at] == '{';
                    openObjects[level++] = isObject ? ++owner : 0;
                    at = JsonGrammar.SkipSpace(json, at + 1);
                    if (at < json.Length && json[at] == (isObject ? '}' : ']'))
                    {
                        level--;
                        at++;
                        break;
                    }

                    if (isObject && (at = SkipKey(json, at, openObjects[level - 1])) < 0)
                    {
                        return Failed;
                    }

                    continue;
                case (byte)'"':
                    var end = JsonText.FindPlainEnd(json, at + 1);
                    at = end >= 0 ? end + 1 : ReadText(json, at, out _, out _);
                    break;
                case (byte)'t' or (byte)'f' or (byte)'n':
                    var literal = json[at] switch { (byte)'t' => "true"u8, (byte)'f' => "false"u8, _ => "null"u8 };
                    at = json[at..].StartsWith(literal) ? at + literal.Length : AbortMalformed(at, "Expected a value.");
                    break;
                default:
                    end = JsonGrammar.EndOfNumber(json, at);
                    at = end < 0 ? AbortMalformed(at, "Expected a value.") : end;
                    break;
            }

            // Behind a value: close what ends here, up to the next value.
            while (true)
            {
                if (at < 0 || level == 0)
                {
                    return at;
                }

                at = JsonGrammar.SkipSpace(json, at);
                var isObject = openObjects[level - 1] != 0;
                if (at >= json.Length)
                {
                    return AbortMalformed(json.Length, isObject ? "The text ends inside an object." : "The text ends inside an array.");
                }

                if (json[at] == (isObject ? '}' : ']'))
                {
                    level--;
                    at++;
                    continue;
                }

                if (json[at] != ',')
                {
                    return AbortMalformed(at, isObject ? "Expected , or } in an object." : "Expected , or ] in an array.");
                }

                at = JsonGrammar.SkipSpace(json, at + 1);
                if (isObject && (at = SkipKey(json, at, openObjects[level - 1])) < 0)
                {
                    return Failed;
                }

                break;
            }
        }
    }

    private int SkipKey(ReadOnlySpan<byte> json, int at, int current)
    {
        var quote = at;
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return at >= json.Length ? AbortMalformed(json.Length, "The text ends inside an object.") : AbortMalformed(at, "Expected a key in quotes.");
        }

        var escaped = false;
        var end = JsonText.FindPlainEnd(json, at + 1);
        at = end >= 0 ? end + 1 : ReadText(json, at, out _, out escaped);
        if (at < 0)
        {
            return Failed;
        }

        if (!keys.Add(json, current, quote + 1, at - quote - 2, escaped))
        {
            return AbortDuplicate(json, quote);
        }

        at = SkipColon(json, at);
        return at < 0 ? Failed : JsonGrammar.SkipSpace(json, at);
    }
}
