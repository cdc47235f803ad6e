using System.Runtime.CompilerServices;

namespace Ingest.Pipeline.Schemas;

/// <content>Schemas that apply to the same value, and what they leave unevaluated.</content>
internal sealed partial class JsonValidator
{
    // Frames of bits, a stack: their length in words, then the words. A frame is named by the index of its first word.
    private ulong[] bits = new ulong[64];
    private int bitsTop;

    /// <summary>A rule with in-place keywords: its own ones first, which reads the value to its end, then the others over its span.</summary>
    private int ApplyEvery(ReadOnlySpan<byte> json, int at, Rule rule, InPlaceRules plan, int depth, int marks)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return AbortDepth(at);
        }

        var (outer, top) = (trusted, bitsTop);
        var inner = marks;
        var unevaluated = (uint)at >= (uint)json.Length ? null
            : json[at] == '{' ? plan.UnevaluatedProperties
            : json[at] == '[' ? plan.UnevaluatedItems
            : null;
        if (unevaluated is not null)
        {
            // How many children there are has to be known before they are marked.
            if (Skip(json, at, depth) < 0)
            {
                return Failed;
            }

            trusted = true;
            inner = AllocateBits((CountChildren(json, at) + 63) / 64);
        }

        var end = ApplyOwn(json, at, rule, depth, inner);
        trusted = true;
        var isValid = end >= 0 && ApplyOthers(json, at, end, rule, plan, depth, inner)
            && (unevaluated is null || ApplyUnevaluated(json, at, rule, unevaluated, depth, inner));
        if (isValid && unevaluated is not null && marks >= 0)
        {
            MergeBits(inner, marks);
        }

        (trusted, bitsTop) = (outer, top);
        return isValid ? end : Failed;
    }

    private bool ApplyOthers(ReadOnlySpan<byte> json, int at, int end, Rule rule, InPlaceRules plan, int depth, int marks)
    {
        var cost = (end - at) / BytesPerVisit;
        foreach (var (_, other) in plan.All)
        {
            visits -= cost;
            if (Apply(json, at, other, depth, marks) < 0)
            {
                return false;
            }
        }

        if (plan.AnyOf is not null && !ApplyAny(json, at, cost, rule, plan.AnyOf, depth, marks))
        {
            return false;
        }

        if (plan.OneOf is not null && !ApplyOne(json, at, cost, rule, plan.OneOf, depth, marks))
        {
            return false;
        }

        if (plan.Not is not null && (Try(json, at, cost, plan.Not, depth, Unmarked) || aborted))
        {
            return !aborted && FailInPlace(at, rule, "not", "The value is one that the schema excludes.") >= 0;
        }

        if (plan.If is not null)
        {
            var holds = Try(json, at, cost, plan.If, depth, marks);
            var branch = holds ? plan.Then : plan.Else;
            visits -= cost;
            return !aborted && (branch is null || Apply(json, at, branch, depth, marks) >= 0);
        }

        return true;
    }

    private bool ApplyAny(ReadOnlySpan<byte> json, int at, int cost, Rule rule, Rule[] branches, int depth, int marks)
    {
        var holds = false;
        foreach (var branch in branches)
        {
            holds |= Try(json, at, cost, branch, depth, marks);
            if (aborted)
            {
                return false;
            }

            // Where somebody asks what was evaluated, every branch that holds counts.
            if (holds && marks < 0)
            {
                return true;
            }
        }

        return holds || FailInPlace(at, rule, "anyOf", "The value fits none of the schemas of anyOf.") >= 0;
    }

    private bool ApplyOne(ReadOnlySpan<byte> json, int at, int cost, Rule rule, Rule[] branches, int depth, int marks)
    {
        var holding = 0;
        foreach (var branch in branches)
        {
            holding += Try(json, at, cost, branch, depth, marks) ? 1 : 0;
            if (aborted)
            {
                return false;
            }

            if (holding > 1)
            {
                return FailInPlace(at, rule, "oneOf", "The value fits more than one of the schemas of oneOf.") >= 0;
            }
        }

        return holding == 1 || FailInPlace(at, rule, "oneOf", "The value fits none of the schemas of oneOf.") >= 0;
    }

    /// <summary>Whether the value fits a schema, without fault where it does not, and then without marks.</summary>
    private bool Try(ReadOnlySpan<byte> json, int at, int cost, Rule rule, int depth, int marks)
    {
        visits -= cost;
        var top = bitsTop;
        var frame = marks < 0 ? Unmarked : AllocateBits((int)bits[marks - 1]);
        quiet++;
        var holds = Apply(json, at, rule, depth, frame) >= 0;
        quiet--;
        if (holds && frame >= 0)
        {
            MergeBits(frame, marks);
        }

        bitsTop = top;
        return holds;
    }

    private bool ApplyUnevaluated(ReadOnlySpan<byte> json, int start, Rule rule, Rule unevaluated, int depth, int marks)
    {
        var isObject = json[start] == '{';
        var ordinal = 0;
        int end;
        for (var at = JsonSpan.First(json, start); json[at] != (isObject ? '}' : ']'); at = JsonSpan.Next(json, end), ordinal++)
        {
            var valueAt = isObject ? JsonSpan.ValueOfMember(json, at, out _) : at;
            if ((bits[marks + (ordinal >> 6)] & (1UL << ordinal)) != 0)
            {
                end = JsonSpan.EndOfValue(json, valueAt);
                continue;
            }

            if (unevaluated.Types == JsonTypes.None)
            {
                return FailUnevaluated(at, rule, isObject) >= 0;
            }

            end = Apply(json, valueAt, unevaluated, depth + 1, Unmarked);
            if (end < 0)
            {
                return false;
            }

            Mark(marks, ordinal);
        }

        return true;
    }

    private static int CountChildren(ReadOnlySpan<byte> json, int start)
    {
        var isObject = json[start] == '{';
        var count = 0;
        for (var at = JsonSpan.First(json, start); json[at] != (isObject ? '}' : ']'); count++)
        {
            at = JsonSpan.Next(json, JsonSpan.EndOfValue(json, isObject ? JsonSpan.ValueOfMember(json, at, out _) : at));
        }

        return count;
    }

    private int AllocateBits(int words)
    {
        if (bits.Length - bitsTop < words + 1)
        {
            Array.Resize(ref bits, Math.Max(bits.Length * 2, bitsTop + words + 1));
        }

        bits[bitsTop] = (ulong)words;
        var frame = bitsTop + 1;
        bits.AsSpan(frame, words).Clear();
        bitsTop = frame + words;
        return frame;
    }

    private void MergeBits(int from, int into)
    {
        for (var i = 0; i < (int)bits[into - 1]; i++)
        {
            bits[into + i] |= bits[from + i];
        }
    }

    private void Mark(int marks, int ordinal) => bits[marks + (ordinal >> 6)] |= 1UL << ordinal;
}
