using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <content>Values that are only checked: open-ended ones, and the rules of all.</content>
public sealed partial class JsonRecordReader
{
    /// <summary>Checks a value of any type against its schema.</summary>
    private int Check(ReadOnlySpan<byte> json, int at, SchemaNode node, int depth)
    {
        if (node.IsOpen)
        {
            return SkipValue(json, at, depth);
        }

        if (node.Rule is { } rule)
        {
            return CheckRule(json, at, rule, depth);
        }

        if (at >= json.Length)
        {
            return FailType(json, at, node);
        }

        var type = JsonGrammar.TypeOf(json[at]);
        if ((node.Types & type) == 0)
        {
            return FailType(json, at, node);
        }

        switch (type)
        {
            case JsonTypes.Object:
                var end = node.Object is null ? SkipValue(json, at, depth) : ReadObject(json, at, node, depth + 1);
                return end < 0 || CheckContainer(json, at, end, node) < 0 ? Failed : end;
            case JsonTypes.Array:
                end = node.Items is null ? SkipValue(json, at, depth) : ReadItems(json, at, node.Items, depth + 1);
                return end < 0 || CheckContainer(json, at, end, node) < 0 ? Failed : end;
            case JsonTypes.String:
                end = ReadText(json, at, isKey: false, out var text, out _);
                return end < 0 || (node.HasValueRules && CheckText(at, node, text) < 0) ? Failed : end;
            case JsonTypes.Number:
                end = JsonGrammar.EndOfNumber(json, at);
                return end < 0 ? FailType(json, at, node) : CheckNumber(json, at, end, node) < 0 ? Failed : end;
            case JsonTypes.Boolean:
                end = ReadLiteral(json, at);
                return end < 0 || (node.Allowed is not null && CheckAllowed(at, node, json[at] == 't') < 0) ? Failed : end;
            default:
                return ReadLiteral(json, at);
        }
    }

    /// <summary>The elements of the array at <paramref name="start"/>.</summary>
    private int ReadItems(ReadOnlySpan<byte> json, int start, SchemaNode items, int depth)
    {
        if (depth > limits.MaxDepth)
        {
            return FailDepth(start);
        }

        var at = JsonGrammar.SkipSpace(json, start + 1);
        if (at < json.Length && json[at] == ']')
        {
            return at + 1;
        }

        while (true)
        {
            at = ReadValue(json, at, items, depth);
            if (at < 0)
            {
                return Failed;
            }

            at = JsonGrammar.SkipSpace(json, at);
            if (at >= json.Length)
            {
                return FailMalformed(json.Length, "The text ends inside an array.");
            }

            if (json[at] == ']')
            {
                return at + 1;
            }

            if (json[at] != ',')
            {
                return FailFound(FaultCode.Malformed, json, at, "Expected , or ] in an array.");
            }

            at = JsonGrammar.SkipSpace(json, at + 1);
        }
    }

    /// <summary>Any JSON value: grammar, depth and duplicate keys. Keeps its own stack, so that depth costs no call stack.</summary>
    private int SkipValue(ReadOnlySpan<byte> json, int at, int depth)
    {
        var level = 0;
        while (true)
        {
            if (at >= json.Length)
            {
                return FailMalformed(json.Length, "The text ends where a value is expected.");
            }

            switch (json[at])
            {
                case (byte)'{' or (byte)'[':
                    if (depth + level + 1 > limits.MaxDepth)
                    {
                        return FailDepth(at);
                    }

                    if (level == openObjects.Length)
                    {
                        Array.Resize(ref openObjects, level * 2);
                    }

                    var isObject = json[at] == '{';
                    openObjects[level++] = isObject ? ++objectId : 0;
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
                    at = ReadText(json, at, isKey: false, out _, out _);
                    break;
                case (byte)'t' or (byte)'f' or (byte)'n':
                    at = ReadLiteral(json, at);
                    break;
                default:
                    var end = JsonGrammar.EndOfNumber(json, at);
                    at = end < 0 ? FailFound(FaultCode.Malformed, json, at, "Expected a value.") : end;
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
                if (at >= json.Length)
                {
                    return FailMalformed(json.Length, openObjects[level - 1] == 0 ? "The text ends inside an array." : "The text ends inside an object.");
                }

                var owner = openObjects[level - 1];
                if (json[at] == ',')
                {
                    at = JsonGrammar.SkipSpace(json, at + 1);
                    if (owner != 0 && (at = SkipKey(json, at, owner)) < 0)
                    {
                        return Failed;
                    }

                    break;
                }

                if (json[at] != (owner == 0 ? ']' : '}'))
                {
                    return FailFound(FaultCode.Malformed, json, at, owner == 0 ? "Expected , or ] in an array." : "Expected , or } in an object.");
                }

                level--;
                at++;
            }
        }
    }

    private int SkipKey(ReadOnlySpan<byte> json, int at, int owner)
    {
        var quote = at;
        at = ReadText(json, at, isKey: true, out _, out var escaped);
        if (at < 0)
        {
            return Failed;
        }

        if (!keys.Add(json, owner, quote + 1, at - quote - 2, escaped))
        {
            return FailDuplicate(json, quote);
        }

        at = JsonGrammar.SkipSpace(json, at);
        return at < json.Length && json[at] == ':' ? JsonGrammar.SkipSpace(json, at + 1)
            : at < json.Length ? FailFound(FaultCode.Malformed, json, at, "Expected : behind a key.")
            : FailMalformed(json.Length, "The text ends inside an object.");
    }

    private static int EndOfLiteral(ReadOnlySpan<byte> json, int at)
    {
        var literal = json[at] switch { (byte)'t' => "true"u8, (byte)'f' => "false"u8, _ => "null"u8 };
        return json[at..].StartsWith(literal) ? at + literal.Length : -1;
    }

    private int ReadLiteral(ReadOnlySpan<byte> json, int at) =>
        EndOfLiteral(json, at) is var end and >= 0 ? end : FailFound(FaultCode.Malformed, json, at, "Expected a value.");

    private int CheckNumber(ReadOnlySpan<byte> json, int at, int end, SchemaNode node)
    {
        var text = json[at..end];
        if ((node.Types & JsonTypes.Number) is JsonTypes.Integer or JsonTypes.Fraction && !node.Allows(JsonNumber.TypeOf(text)))
        {
            return FailSchema(at, $"Expected {JsonTypeNames.Describe(node.Types)}, found {JsonExcerpt.Of(json, at)}.");
        }

        if (!node.HasValueRules)
        {
            return 0;
        }

        if (node.Number is { } rules && !rules.Allows(text))
        {
            return FailBounds(json, at, rules);
        }

        foreach (var allowed in node.Allowed ?? [])
        {
            if (!allowed.AllowsNumberText(text))
            {
                return FailAllowed(at, allowed);
            }
        }

        return 0;
    }

    private int CheckInteger(ReadOnlySpan<byte> json, int at, SchemaNode node, long value)
    {
        if (node.Number is { } rules && !rules.Allows(value))
        {
            return FailBounds(json, at, rules);
        }

        if (node.Allowed is { } list)
        {
            foreach (var allowed in list)
            {
                if (!allowed.Allows(value))
                {
                    return FailAllowed(at, allowed);
                }
            }
        }

        return 0;
    }

    private int CheckDouble(ReadOnlySpan<byte> json, int at, int end, SchemaNode node, double value)
    {
        if (node.Number is { } rules && !(rules.NeedsText || rules.IsBound(value) ? rules.Allows(json[at..end]) : rules.Allows(value)))
        {
            return FailBounds(json, at, rules);
        }

        if (node.Allowed is not null || !node.Allows(JsonTypes.Integer))
        {
            return CheckNumber(json, at, end, node);
        }

        return 0;
    }

    private int CheckText(int at, SchemaNode node, ReadOnlySpan<byte> text, bool checkFormat = true)
    {
        if (node.Text is { } rules && (rules.Check(text) ?? (checkFormat ? rules.CheckFormat(text) : null)) is { } problem)
        {
            return FailSchema(at, problem);
        }

        if (node.Allowed is { } list)
        {
            foreach (var allowed in list)
            {
                if (!allowed.Allows(text))
                {
                    return FailAllowed(at, allowed);
                }
            }
        }

        return 0;
    }

    private int CheckAllowed(int at, SchemaNode node, bool value)
    {
        foreach (var allowed in node.Allowed!)
        {
            if (!(value ? allowed.AllowsTrue : allowed.AllowsFalse))
            {
                return FailAllowed(at, allowed);
            }
        }

        return 0;
    }

    private int CheckContainer(ReadOnlySpan<byte> json, int at, int end, SchemaNode node)
    {
        foreach (var allowed in node.Allowed ?? [])
        {
            if (!allowed.AllowsContainer(json[at..end]))
            {
                return FailAllowed(at, allowed);
            }
        }

        return 0;
    }

    private int FailBounds(ReadOnlySpan<byte> json, int at, NumberRules rules) =>
        FailFound(FaultCode.Schema, json, at, $"Expected a number {rules.Describe()}.");

    private int FailAllowed(int at, AllowedValues allowed) => FailSchema(at, $"Expected one of {allowed}.");
}
