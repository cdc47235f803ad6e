using System.Diagnostics;
using System.Runtime.CompilerServices;
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

    /// <summary>Any JSON value.</summary>
    private int SkipValue(ReadOnlySpan<byte> json, int at, int depth)
    {
        var end = skipper.Skip(json, at, depth);
        return end >= 0 ? end : FailSkipped(json, skipper.Fault);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailSkipped(ReadOnlySpan<byte> json, in SkipFault fault) => fault.Problem switch
    {
        SkipProblem.Depth => FailDepth(fault.At),
        SkipProblem.Length => FailLength(fault.At, fault.Length),
        SkipProblem.Text => FailText(fault.At, fault.Text),
        SkipProblem.Duplicate => FailDuplicate(json, fault.At),
        SkipProblem.Unexpected => FailFound(FaultCode.Malformed, json, fault.At, fault.Detail),
        _ => FailMalformed(fault.At, fault.Detail),
    };

    private int ReadLiteral(ReadOnlySpan<byte> json, int at) =>
        JsonGrammar.EndOfLiteral(json, at) is var end and >= 0 ? end : FailFound(FaultCode.Malformed, json, at, "Expected a value.");

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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string? CheckPattern(TextRules rules, ReadOnlySpan<byte> text)
    {
        if (!PatternBudget.Counts(rules.Pattern!))
        {
            return rules.Check(text);
        }

        var start = Stopwatch.GetTimestamp();
        return rules.Check(text) ?? (patterns.Spend(start) ? null : TextRules.DescribeTimeout(rules.PatternText!));
    }

    private int CheckText(int at, SchemaNode node, ReadOnlySpan<byte> text, bool checkFormat = true)
    {
        if (node.Text is { } rules && ((rules.Pattern is null ? rules.Check(text) : CheckPattern(rules, text)) ?? (checkFormat ? rules.CheckFormat(text) : null)) is { } problem)
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
