using System.Runtime.CompilerServices;
using System.Text;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <content>
/// Why a text is refused. Words are made out of the way of the methods that read, and only where somebody will read them.
/// </content>
internal sealed partial class JsonValidator
{
    private int Fail(int at, Rule rule, string keyword, string detail)
    {
        Failure = new ValidationFailure(FaultStage.Validate, FaultCode.Schema, at, detail, rule, keyword);
        return Failed;
    }

    private int Abort(FaultStage stage, FaultCode code, int at, string detail)
    {
        aborted = true;
        Failure = new ValidationFailure(stage, code, at, detail, null, "");
        return Failed;
    }

    private int AbortMalformed(int at, string detail) => Abort(FaultStage.Decode, FaultCode.Malformed, at, detail);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AbortDuplicate(ReadOnlySpan<byte> json, int keyAt) => AbortMalformed(keyAt, $"The key {JsonExcerpt.Of(json, keyAt)} occurs twice in one object.");

    private int AbortText(int at, TextProblem problem) => problem == TextProblem.LoneSurrogate
        ? Abort(FaultStage.Validate, FaultCode.Schema, at, JsonText.Describe(problem))
        : AbortMalformed(at, JsonText.Describe(problem));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AbortDepth(int at) => Abort(FaultStage.Decode, FaultCode.TooLarge, at, $"The record is nested more than {maxDepth} levels deep.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AbortSkipped(ReadOnlySpan<byte> json, in SkipFault fault) => fault.Problem switch
    {
        SkipProblem.Depth => AbortDepth(fault.At),
        SkipProblem.Text => AbortText(fault.At, fault.Text),
        SkipProblem.Duplicate => AbortDuplicate(json, fault.At),
        _ => AbortMalformed(fault.At, fault.Detail),
    };

    private int AbortWork(int at) => aborted ? Failed : Abort(
        FaultStage.Validate, FaultCode.TooLarge, at,
        $"The schema has to look at the record too often: more than {VisitsPerByte} schemas a byte were applied.");

    private int AbortPattern(int at, Rule rule, string keyword, string pattern)
    {
        aborted = true;
        return Fail(at, rule, keyword, TextRules.DescribeTimeout(pattern));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailType(ReadOnlySpan<byte> json, int at, Rule rule)
    {
        // What is no value at all has to be found out even where the type already decides.
        if (json[at] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') && JsonGrammar.EndOfNumber(json, at) < 0)
        {
            return AbortMalformed(at, "Expected a value.");
        }

        return quiet > 0 ? Failed : Fail(
            at, rule, rule.Source.Kind == JsonTypes.Boolean ? "" : rule.Source.Find("type") is not null ? "type" : rule.Source.Find("enum") is not null ? "enum" : "const",
            $"Expected {JsonTypeNames.Describe(rule.Types)}, found {JsonExcerpt.Of(json, at)}.");
    }

    private int FailAllowed(int at, Rule rule, AllowedValues allowed) =>
        quiet > 0 ? Failed : Fail(at, rule, rule.Source.Find("enum") is null ? "const" : "enum", $"Expected one of {allowed}.");

    private int FailNumber(ReadOnlySpan<byte> json, int at, Rule rule) =>
        quiet > 0 ? Failed : Fail(at, rule, First(rule, "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"), $"Expected a number {rule.Number!.Describe()}, found {JsonExcerpt.Of(json, at)}.");

    private int FailText(int at, Rule rule, TextRules rules, ReadOnlySpan<byte> text)
    {
        if (quiet > 0 || aborted)
        {
            return Failed;
        }

        var problem = rules.CheckFormat(text);
        return problem is not null
            ? Fail(at, rule, "format", problem)
            : Fail(at, rule, First(rule, "minLength", "maxLength", "pattern"), rules.Check(text) ?? "The text is not valid.");
    }

    private int FailRequired(int at, Rule rule, ObjectRules plan, ulong seen, int frame)
    {
        if (quiet > 0)
        {
            return Failed;
        }

        var missing = Enumerable.Range(0, plan.Properties.Length).First(i => plan.Properties[i].IsRequired && !Has(i, frame, seen));
        return Fail(at, rule, "required", $"The required property \"{plan.Properties[missing].Text}\" is missing.");
    }

    private int FailDependent(int at, Rule rule, string property, string needed) => quiet > 0
        ? Failed
        : Fail(at, rule, First(rule, "dependentRequired", "dependencies"), $"Where there is \"{property}\", there must be \"{needed}\", which is missing.");

    private int FailUnknown(ReadOnlySpan<byte> json, int keyAt, Rule rule, ObjectRules plan) => quiet > 0
        ? Failed
        : Fail(
            keyAt, rule, "additionalProperties",
            $"The schema names no such property and allows no others.{Spelling.Suggest(Encoding.UTF8.GetString(NameAt(json, keyAt)), plan.Properties.Select(p => p.Text))}");

    private int FailUnevaluated(int at, Rule rule, bool isObject) => quiet > 0
        ? Failed
        : Fail(
            at, rule, isObject ? "unevaluatedProperties" : "unevaluatedItems",
            isObject ? "None of the schemas that apply names this property, and no others are allowed." : "None of the schemas that apply looks at this element, and no others are allowed.");

    private int FailCount(int at, Rule rule, string keyword, string what, int count) =>
        quiet > 0 ? Failed : Fail(at, rule, keyword, $"Expected {(keyword.StartsWith("min", StringComparison.Ordinal) ? "at least" : "at most")} {rule.Source.Find(keyword)?.Text} {what}, found {count}.");

    private int FailContains(int at, Rule rule, ArrayRules plan, long matches) => quiet > 0
        ? Failed
        : Fail(
            at, rule, matches > plan.MaxContains ? "maxContains" : rule.Source.Find("minContains") is null ? "contains" : "minContains",
            $"Expected {(matches > plan.MaxContains ? $"at most {plan.MaxContains}" : $"at least {plan.MinContains}")} elements that fit contains, found {matches}.");

    private int FailUnique(int at, Rule rule) => quiet > 0 ? Failed : Fail(at, rule, "uniqueItems", "The element occurs before in the same array.");

    private int FailInPlace(int at, Rule rule, string keyword, string detail) => quiet > 0 ? Failed : Fail(at, rule, keyword, detail);

    /// <summary>The keyword of the schema to point at, where several could be the reason: the only one that it has, else the schema.</summary>
    private static string First(Rule rule, params ReadOnlySpan<string> keywords)
    {
        var found = "";
        foreach (var keyword in keywords)
        {
            if (rule.Source.Find(keyword) is not null)
            {
                if (found.Length > 0)
                {
                    return "";
                }

                found = keyword;
            }
        }

        return found;
    }
}
