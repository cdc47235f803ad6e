namespace Ingest.Pipeline.Schemas;

/// <summary>Why a value that no schema looks at is refused.</summary>
internal enum SkipProblem
{
    /// <summary>The text ends too early.</summary>
    Ends,

    /// <summary>Something else is expected where <see cref="SkipFault.At"/> points to.</summary>
    Unexpected,

    Depth,
    Length,
    Text,
    Duplicate,
}

/// <param name="Detail">Of <see cref="SkipProblem.Ends"/> and <see cref="SkipProblem.Unexpected"/>.</param>
/// <param name="Length">Of <see cref="SkipProblem.Length"/>: bytes of the string.</param>
internal readonly record struct SkipFault(SkipProblem Problem, int At, string Detail = "", int Length = 0, TextProblem Text = TextProblem.None);

/// <summary>
/// Values that no schema looks at: they have to be well-formed all the same, not too deep, and no object may have a key twice. Keeps its own
/// stack, so that depth costs no call stack. One for a whole text, whose other objects keep their keys here as well.
/// </summary>
/// <param name="maxStringBytes">Longer strings are refused.</param>
internal sealed class JsonSkipper(int maxStringBytes)
{
    private const int Failed = -1;

    private readonly KeySet keys = new();
    private int[] openObjects = new int[16];
    private int lastObject;
    private int maxDepth;

    /// <summary>Why the last value was refused.</summary>
    public SkipFault Fault { get; private set; }

    /// <summary>Another text begins.</summary>
    /// <param name="deepest">How deep objects and arrays may be nested.</param>
    public void Begin(int deepest)
    {
        keys.Clear();
        (lastObject, maxDepth) = (0, deepest);
    }

    /// <summary>A number for an object whose keys are to be told apart from those of others; never 0.</summary>
    public int NewObject() => ++lastObject;

    /// <inheritdoc cref="KeySet.Add"/>
    public bool AddKey(ReadOnlySpan<byte> json, int owner, int start, int length, bool escaped) => keys.Add(json, owner, start, length, escaped);

    /// <summary>Returns the index behind the value at <paramref name="at"/>; negative where it is refused, for <see cref="Fault"/>.</summary>
    /// <param name="depth">Objects and arrays around it.</param>
    public int Skip(ReadOnlySpan<byte> json, int at, int depth)
    {
        var level = 0;
        while (true)
        {
            if ((uint)at >= (uint)json.Length)
            {
                return Ends(json, "The text ends where a value is expected.");
            }

            switch (json[at])
            {
                case (byte)'{' or (byte)'[':
                    if (depth + level + 1 > maxDepth)
                    {
                        return Fail(new SkipFault(SkipProblem.Depth, at));
                    }

                    if (level == openObjects.Length)
                    {
                        Array.Resize(ref openObjects, level * 2);
                    }

                    var isObject = json[at] == '{';
                    openObjects[level++] = isObject ? NewObject() : 0;
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
                    at = SkipText(json, at, out _);
                    break;
                case (byte)'t' or (byte)'f' or (byte)'n':
                    var end = JsonGrammar.EndOfLiteral(json, at);
                    at = end < 0 ? Unexpected(at, "Expected a value.") : end;
                    break;
                default:
                    end = JsonGrammar.EndOfNumber(json, at);
                    at = end < 0 ? Unexpected(at, "Expected a value.") : end;
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
                var owner = openObjects[level - 1];
                if (at >= json.Length)
                {
                    return Ends(json, owner == 0 ? "The text ends inside an array." : "The text ends inside an object.");
                }

                if (json[at] == (owner == 0 ? ']' : '}'))
                {
                    level--;
                    at++;
                    continue;
                }

                if (json[at] != ',')
                {
                    return Unexpected(at, owner == 0 ? "Expected , or ] in an array." : "Expected , or } in an object.");
                }

                at = JsonGrammar.SkipSpace(json, at + 1);
                if (owner != 0 && (at = SkipKey(json, at, owner)) < 0)
                {
                    return Failed;
                }

                break;
            }
        }
    }

    private int SkipKey(ReadOnlySpan<byte> json, int at, int owner)
    {
        var quote = at;
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return at >= json.Length ? Ends(json, "The text ends inside an object.") : Unexpected(at, "Expected a key in quotes.");
        }

        at = SkipText(json, at, out var escaped);
        if (at < 0)
        {
            return Failed;
        }

        if (!keys.Add(json, owner, quote + 1, at - quote - 2, escaped))
        {
            return Fail(new SkipFault(SkipProblem.Duplicate, quote));
        }

        at = JsonGrammar.SkipSpace(json, at);
        return at >= json.Length ? Ends(json, "The text ends inside an object.")
            : json[at] == ':' ? JsonGrammar.SkipSpace(json, at + 1)
            : Unexpected(at, "Expected : behind a key.");
    }

    private int SkipText(ReadOnlySpan<byte> json, int at, out bool escaped)
    {
        escaped = false;
        var end = JsonText.FindPlainEnd(json, at + 1);
        if (end < 0 && JsonText.Scan(json, at + 1, out end, out escaped) is not TextProblem.None and var problem)
        {
            return Fail(new SkipFault(SkipProblem.Text, at, Text: problem));
        }

        var length = end - at - 1;
        return length > maxStringBytes ? Fail(new SkipFault(SkipProblem.Length, at, Length: length)) : end + 1;
    }

    private int Ends(ReadOnlySpan<byte> json, string detail) => Fail(new SkipFault(SkipProblem.Ends, json.Length, detail));

    private int Unexpected(int at, string detail) => Fail(new SkipFault(SkipProblem.Unexpected, at, detail));

    private int Fail(SkipFault fault)
    {
        Fault = fault;
        return Failed;
    }
}
