namespace Ingest.Pipeline.Schemas;

/// <content>Arrays.</content>
internal sealed partial class JsonValidator
{
    private (int Hash, int At)[] elements = new (int, int)[32];
    private int[] elementSlots = new int[64];

    /// <param name="depth">Of this array itself.</param>
    private int ApplyArray(ReadOnlySpan<byte> json, int start, Rule rule, ArrayRules plan, int depth, int marks)
    {
        if (depth > maxDepth)
        {
            return AbortDepth(start);
        }

        var count = 0;
        var matches = 0L;
        var at = JsonGrammar.SkipSpace(json, start + 1);
        if ((uint)at < (uint)json.Length && json[at] == ']')
        {
            return FinishArray(json, start, at + 1, rule, plan, count, matches);
        }

        while (true)
        {
            var elementAt = at;
            var element = count < plan.Prefix.Length ? plan.Prefix[count] : plan.Items;
            at = element is null ? Skip(json, at, depth) : Apply(json, at, element, depth, Unmarked);
            if (at < 0)
            {
                return Failed;
            }

            var isEvaluated = element is not null;
            if (plan.Contains is not null)
            {
                var top = bitsTop;
                quiet++;
                var contained = ApplyAgain(json, elementAt, at - elementAt, plan.Contains, depth, Unmarked) >= 0;
                quiet--;
                bitsTop = top;
                if (aborted)
                {
                    return Failed;
                }

                matches += contained ? 1 : 0;
                isEvaluated |= contained;
            }

            if (isEvaluated && marks >= 0)
            {
                Mark(marks, count);
            }

            count++;
            at = JsonGrammar.SkipSpace(json, at);
            if ((uint)at >= (uint)json.Length)
            {
                return AbortMalformed(json.Length, "The text ends inside an array.");
            }

            if (json[at] == ',')
            {
                at = JsonGrammar.SkipSpace(json, at + 1);
                continue;
            }

            return json[at] == ']'
                ? FinishArray(json, start, at + 1, rule, plan, count, matches)
                : AbortMalformed(at, "Expected , or ] in an array.");
        }
    }

    private int FinishArray(ReadOnlySpan<byte> json, int start, int end, Rule rule, ArrayRules plan, int count, long matches)
    {
        if (count < plan.MinItems || count > plan.MaxItems)
        {
            return FailCount(start, rule, count < plan.MinItems ? "minItems" : "maxItems", "elements", count);
        }

        if (plan.Contains is not null && (matches < plan.MinContains || matches > plan.MaxContains))
        {
            return FailContains(start, rule, plan, matches);
        }

        return plan.IsUnique && count > 1 && !IsUnique(json, start, end, rule) ? Failed : end;
    }

    /// <summary>Elements are told apart by their hashes, and compared only where those are equal.</summary>
    private bool IsUnique(ReadOnlySpan<byte> json, int start, int end, Rule rule)
    {
        visits -= (end - start) / BytesPerVisit;
        var count = 0;
        elementSlots.AsSpan().Clear();
        var isUnique = true;
        for (var at = JsonSpan.First(json, start); isUnique && json[at] != ']';)
        {
            if (count * 2 >= elementSlots.Length)
            {
                GrowElements(count);
            }

            var hash = JsonEquality.Hash(json, at, out var behind);
            var slot = hash & (elementSlots.Length - 1);
            for (; isUnique && elementSlots[slot] is var found and not 0; slot = (slot + 1) & (elementSlots.Length - 1))
            {
                var other = elements[found - 1];
                if (other.Hash == hash && JsonEquality.AreEqual(json, other.At, json, at, ref visits))
                {
                    FailUnique(at, rule);
                    isUnique = false;
                }

                if (visits < 0)
                {
                    AbortWork(at);
                    isUnique = false;
                }
            }

            elements[count] = (hash, at);
            elementSlots[slot] = ++count;
            at = JsonSpan.Next(json, behind);
        }

        if (elements.Length > LargestBufferKept / 8)
        {
            (elements, elementSlots) = (new (int, int)[32], new int[64]);
        }

        return isUnique;
    }

    private void GrowElements(int count)
    {
        Array.Resize(ref elements, elements.Length * 2);
        elementSlots = new int[elements.Length * 2];
        for (var i = 0; i < count; i++)
        {
            var slot = elements[i].Hash & (elementSlots.Length - 1);
            while (elementSlots[slot] != 0)
            {
                slot = (slot + 1) & (elementSlots.Length - 1);
            }

            elementSlots[slot] = i + 1;
        }
    }
}
