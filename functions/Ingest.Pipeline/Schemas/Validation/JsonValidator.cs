using System.Runtime.CompilerServices;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Validates JSON texts against rules: one pass over what is plain, and the value's span again for each further schema that applies to
/// the same value. Keeps its buffers, so that nothing is allocated for a valid text once they have grown. Not thread-safe.
/// </summary>
internal sealed partial class JsonValidator(RuleSet rules)
{
    private const int Failed = -1;
    private const int Unmarked = -1;
    private const int LargestBufferKept = 64 * 1024;

    // A visit is a schema applied to a value. Schemas that are meant well need a few a value; nested alternatives can multiply them.
    private const int VisitsPerByte = 32;
    private const int FreeVisits = 16 * 1024;

    // What reading so many bytes again costs about as much as a visit.
    private const int BytesPerVisit = 32;

    private readonly int[] guesses = new int[rules.GuessCount];
    private readonly JsonSkipper skipper = new(maxStringBytes: int.MaxValue);
    private byte[] scratch = new byte[256];
    private int maxDepth;
    private long visits;

    // Whether the value at hand was read to its end before: it is well-formed and without duplicate keys.
    private bool trusted;

    // Above 0 a failure is no fault: it decides between alternatives, or nobody asks why.
    private int quiet;

    // The text is refused for what it is, which no "not" and no alternative can turn into success.
    private bool aborted;

    /// <summary>Why the last text was refused; of use only where words were asked for or the text was refused for what it is.</summary>
    public ValidationFailure Failure { get; private set; }

    /// <summary>A text of one value with nothing but white space around it.</summary>
    public bool Validate(ReadOnlySpan<byte> json, int deepest, bool wordless)
    {
        var start = JsonGrammar.SkipSpace(json, 0);
        var end = Run(json, start, rules.Root, deepest, 0, wordless, isTrusted: false);
        if (end < 0)
        {
            return false;
        }

        end = JsonGrammar.SkipSpace(json, end);
        return end == json.Length || AbortMalformed(end, "There is text behind the value.") >= 0;
    }

    /// <summary>The value at an index. Returns the index behind it, or a negative number where it is not valid.</summary>
    /// <param name="deepest">How deep objects and arrays may be nested.</param>
    /// <param name="depth">In how many of them the value stands.</param>
    /// <param name="wordless">Whether <see cref="Failure"/> is not asked for.</param>
    /// <param name="isTrusted">Whether the value is known to be well-formed.</param>
    public int Run(ReadOnlySpan<byte> json, int at, Rule rule, int deepest, int depth, bool wordless, bool isTrusted)
    {
        skipper.Begin(deepest);
        maxDepth = deepest;
        visits = ((long)VisitsPerByte * (json.Length - at)) + FreeVisits;
        bitsTop = 0;
        patterns.Reset();
        (trusted, aborted) = (isTrusted, false);
        quiet = wordless ? 1 : 0;
        var end = Apply(json, at, rule, depth, Unmarked);
        if (scratch.Length > LargestBufferKept)
        {
            scratch = new byte[256];
        }

        return end;
    }

    /// <summary>Applies a rule to the value at an index. Returns the index behind it, or <see cref="Failed"/>; so do all Apply methods.</summary>
    /// <param name="depth">How many objects and arrays are around the value.</param>
    /// <param name="marks">Where to note the children that were evaluated; <see cref="Unmarked"/> where nobody asks.</param>
    private int Apply(ReadOnlySpan<byte> json, int at, Rule rule, int depth, int marks)
    {
        if (--visits < 0)
        {
            return AbortWork(at);
        }

        return rule.InPlace is null ? ApplyOwn(json, at, rule, depth, marks) : ApplyEvery(json, at, rule, rule.InPlace, depth, marks);
    }

    /// <summary>The keywords that look at the value themselves.</summary>
    private int ApplyOwn(ReadOnlySpan<byte> json, int at, Rule rule, int depth, int marks)
    {
        if ((uint)at >= (uint)json.Length)
        {
            return AbortMalformed(json.Length, "The text ends where a value is expected.");
        }

        int end;
        switch (json[at])
        {
            case (byte)'"':
                return ApplyText(json, at, rule);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return ApplyNumber(json, at, rule);
            case (byte)'{':
                if ((rule.Types & JsonTypes.Object) == 0)
                {
                    return FailType(json, at, rule);
                }

                end = rule.Object is null ? Skip(json, at, depth) : ApplyObject(json, at, rule, rule.Object, depth + 1, marks);
                return end >= 0 && rule.Allowed is not null ? CheckAllowedContainer(json, at, end, rule) : end;
            case (byte)'[':
                if ((rule.Types & JsonTypes.Array) == 0)
                {
                    return FailType(json, at, rule);
                }

                end = rule.Array is null ? Skip(json, at, depth) : ApplyArray(json, at, rule, rule.Array, depth + 1, marks);
                return end >= 0 && rule.Allowed is not null ? CheckAllowedContainer(json, at, end, rule) : end;
            default:
                return ApplyLiteral(json, at, rule);
        }
    }

    /// <summary>A value that was read before, or whose reading before is now at its end.</summary>
    /// <param name="bytes">How many of them it has.</param>
    private int ApplyAgain(ReadOnlySpan<byte> json, int at, int bytes, Rule rule, int depth, int marks)
    {
        visits -= bytes / BytesPerVisit;
        var outer = trusted;
        trusted = true;
        var end = Apply(json, at, rule, depth, marks);
        trusted = outer;
        return end;
    }

    private int ApplyLiteral(ReadOnlySpan<byte> json, int at, Rule rule)
    {
        var end = JsonGrammar.EndOfLiteral(json, at);
        if (end < 0)
        {
            return AbortMalformed(at, "Expected a value.");
        }

        var isNull = json[at] == 'n';
        if ((rule.Types & (isNull ? JsonTypes.Null : JsonTypes.Boolean)) == 0)
        {
            return FailType(json, at, rule);
        }

        if (rule.Allowed is not null && !isNull)
        {
            foreach (var allowed in rule.Allowed)
            {
                if (!(json[at] == 't' ? allowed.AllowsTrue : allowed.AllowsFalse))
                {
                    return FailAllowed(at, rule, allowed);
                }
            }
        }

        return end;
    }

    private int CheckAllowedContainer(ReadOnlySpan<byte> json, int at, int end, Rule rule)
    {
        visits -= (end - at) / BytesPerVisit;
        foreach (var allowed in rule.Allowed!)
        {
            if (!allowed.AllowsContainer(json[at..end]))
            {
                return FailAllowed(at, rule, allowed);
            }
        }

        return end;
    }

    /// <summary>Any value. The first time it is read it is checked to be well-formed.</summary>
    private int Skip(ReadOnlySpan<byte> json, int at, int depth)
    {
        if (trusted)
        {
            return JsonSpan.EndOfValue(json, at);
        }

        var end = skipper.Skip(json, at, depth);
        return end >= 0 ? end : AbortSkipped(json, skipper.Fault);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte[] Scratch(int length)
    {
        if (scratch.Length < length)
        {
            scratch = new byte[Math.Max(length, scratch.Length * 2)];
        }

        return scratch;
    }
}

/// <summary>Why a text was refused, before anything costly was made of it.</summary>
/// <param name="Offset">Of the value.</param>
/// <param name="Keyword">Of <paramref name="Rule"/>; null where no keyword but the text itself is the reason.</param>
internal readonly record struct ValidationFailure(FaultStage Stage, FaultCode Code, int Offset, string Detail, Rule? Rule, string Keyword);
