namespace Ingest.Pipeline.Schemas;

/// <content>Objects.</content>
internal sealed partial class JsonValidator
{
    /// <param name="depth">Of this object itself.</param>
    private int ApplyObject(ReadOnlySpan<byte> json, int start, Rule rule, ObjectRules plan, int depth, int marks)
    {
        if (depth > maxDepth)
        {
            return AbortDepth(start);
        }

        var properties = plan.Properties;
        var seen = 0UL;
        var frame = plan.Words > 1 ? AllocateBits(plan.Words) : Unmarked;
        var current = 0;
        var count = 0;
        var slot = plan.Slot;
        var at = JsonGrammar.SkipSpace(json, start + 1);
        if ((uint)at < (uint)json.Length && json[at] == '}')
        {
            return FinishObject(json, start, at + 1, rule, plan, depth, marks, seen, frame, count);
        }

        while (true)
        {
            var keyAt = at;
            var index = guesses[slot];
            if ((uint)index < (uint)properties.Length && properties[index].Probe.Matches(json, at))
            {
                at += properties[index].Probe.Length;
            }
            else
            {
                at = ReadKey(json, at, plan, ref current, out index);
                if (at < 0)
                {
                    return Failed;
                }

                guesses[slot] = Math.Max(index, 0);
            }

            at = JsonGrammar.SkipSpace(json, at);
            if (index >= 0)
            {
                if (!Note(index, frame, ref seen))
                {
                    return AbortDuplicate(json, keyAt);
                }

                slot = plan.Slot + 1 + index;
                var property = properties[index];
                if (plan.IsSimple && property.Rule is not null)
                {
                    at = Apply(json, at, property.Rule, depth, Unmarked);
                    if (marks >= 0)
                    {
                        Mark(marks, count);
                    }
                }
                else
                {
                    at = ApplyProperty(json, keyAt, at, rule, plan, property, depth, marks, count);
                }
            }
            else
            {
                at = ApplyProperty(json, keyAt, at, rule, plan, null, depth, marks, count);
            }

            if (at < 0)
            {
                return Failed;
            }

            count++;
            at = JsonGrammar.SkipSpace(json, at);
            if ((uint)at >= (uint)json.Length)
            {
                return AbortMalformed(json.Length, "The text ends inside an object.");
            }

            if (json[at] == ',')
            {
                at = JsonGrammar.SkipSpace(json, at + 1);
                continue;
            }

            return json[at] == '}'
                ? FinishObject(json, start, at + 1, rule, plan, depth, marks, seen, frame, count)
                : AbortMalformed(at, "Expected , or } in an object.");
        }
    }

    /// <summary>What can only be said once all properties were seen.</summary>
    private int FinishObject(ReadOnlySpan<byte> json, int start, int end, Rule rule, ObjectRules plan, int depth, int marks, ulong seen, int frame, int count)
    {
        if (frame < 0 ? (seen & plan.RequiredBits) != plan.RequiredBits : !HasRequired(plan, frame))
        {
            return FailRequired(start, rule, plan, seen, frame);
        }

        if (count < plan.MinProperties || count > plan.MaxProperties)
        {
            return FailCount(start, rule, count < plan.MinProperties ? "minProperties" : "maxProperties", "properties", count);
        }

        foreach (var (property, needed) in plan.DependentRequired)
        {
            if (!Has(property, frame, seen))
            {
                continue;
            }

            foreach (var other in needed)
            {
                if (!Has(other, frame, seen))
                {
                    return FailDependent(start, rule, plan.Properties[property].Text, plan.Properties[other].Text);
                }
            }
        }

        foreach (var (property, _, schema) in plan.DependentSchemas)
        {
            if (Has(property, frame, seen))
            {
                if (ApplyAgain(json, start, end - start, schema, depth - 1, marks) < 0)
                {
                    return Failed;
                }
            }
        }

        if (frame >= 0)
        {
            bitsTop = frame - 1;
        }

        return end;
    }

    /// <summary>A property in full generality.</summary>
    /// <param name="property">null where no keyword names it.</param>
    private int ApplyProperty(
        ReadOnlySpan<byte> json, int keyAt, int at, Rule rule, ObjectRules plan, PropertyRule? property, int depth, int marks, int ordinal)
    {
        if (plan.Names is not null && ApplyAgain(json, keyAt, at - keyAt, plan.Names, depth, Unmarked) < 0)
        {
            return Failed;
        }

        var end = Unmarked;
        if (property is not null)
        {
            if (property.Rule is not null && (end = Apply(json, at, property.Rule, depth, Unmarked)) < 0)
            {
                return Failed;
            }

            foreach (var also in property.Also)
            {
                var next = end < 0 ? Apply(json, at, also, depth, Unmarked) : ApplyAgain(json, at, end - at, also, depth, Unmarked);
                if (next < 0)
                {
                    return Failed;
                }

                end = next;
            }
        }
        else
        {
            foreach (var pattern in plan.Patterns)
            {
                var matches = MatchesName(NameAt(json, keyAt), keyAt, rule, pattern);
                if (aborted)
                {
                    return Failed;
                }

                if (!matches)
                {
                    continue;
                }

                var next = end < 0 ? Apply(json, at, pattern.Rule, depth, Unmarked) : ApplyAgain(json, at, end - at, pattern.Rule, depth, Unmarked);
                if (next < 0)
                {
                    return Failed;
                }

                end = next;
            }
        }

        if (end < 0)
        {
            if (plan.Additional is null)
            {
                return Skip(json, at, depth);
            }

            if (plan.Additional.Types == JsonTypes.None)
            {
                return FailUnknown(json, keyAt, rule, plan);
            }

            end = Apply(json, at, plan.Additional, depth, Unmarked);
        }

        if (marks >= 0)
        {
            Mark(marks, ordinal);
        }

        return end;
    }

    /// <summary>The key, and the colon behind it.</summary>
    private int ReadKey(ReadOnlySpan<byte> json, int at, ObjectRules plan, ref int current, out int index)
    {
        index = -1;
        var quote = at;
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return at >= json.Length ? AbortMalformed(json.Length, "The text ends inside an object.") : AbortMalformed(at, "Expected a key in quotes.");
        }

        var escaped = false;
        ReadOnlySpan<byte> name;
        var end = JsonText.FindPlainEnd(json, at + 1);
        if (end >= 0)
        {
            name = json[(at + 1)..end];
            at = end + 1;
        }
        else
        {
            at = ReadText(json, at, out name, out escaped);
            if (at < 0)
            {
                return Failed;
            }
        }

        index = plan.Find(name);
        if (index < 0 && !trusted)
        {
            current = current == 0 ? skipper.NewObject() : current;
            if (!skipper.AddKey(json, current, quote + 1, at - quote - 2, escaped))
            {
                return AbortDuplicate(json, quote);
            }
        }

        return SkipColon(json, at);
    }

    private int SkipColon(ReadOnlySpan<byte> json, int at)
    {
        at = JsonGrammar.SkipSpace(json, at);
        return (uint)at < (uint)json.Length && json[at] == ':' ? at + 1
            : at < json.Length ? AbortMalformed(at, "Expected : behind a key.")
            : AbortMalformed(json.Length, "The text ends inside an object.");
    }

    /// <summary>The name of the property whose key, read before, is at an index.</summary>
    private ReadOnlySpan<byte> NameAt(ReadOnlySpan<byte> json, int keyAt)
    {
        var name = json[(keyAt + 1)..(JsonSpan.EndOfString(json, keyAt) - 1)];
        if (!name.Contains((byte)'\\'))
        {
            return name;
        }

        var room = Scratch(name.Length);
        return room.AsSpan(0, JsonText.Unescape(name, room));
    }

    /// <summary>Notes that a property was seen; false where it was before.</summary>
    private bool Note(int index, int frame, ref ulong seen)
    {
        ref var word = ref frame < 0 ? ref seen : ref bits[frame + (index >> 6)];
        var bit = 1UL << index;
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        return true;
    }

    private bool Has(int index, int frame, ulong seen) => ((frame < 0 ? seen : bits[frame + (index >> 6)]) & (1UL << index)) != 0;

    private bool HasRequired(ObjectRules plan, int frame)
    {
        for (var i = 0; i < plan.Properties.Length; i++)
        {
            if (plan.Properties[i].IsRequired && !Has(i, frame, 0))
            {
                return false;
            }
        }

        return true;
    }
}
