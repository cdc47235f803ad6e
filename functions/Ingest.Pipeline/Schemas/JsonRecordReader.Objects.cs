using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <content>Objects: keys, duplicates, required properties, and what goes to <c>_extra</c>.</content>
public sealed partial class JsonRecordReader
{
    private readonly List<PropertyPlan> path = [];
    private byte[] extra = new byte[256];
    private int extraLength;
    private int extraOpened;

    /// <summary>Reads the object at <paramref name="start"/>. Returns the index behind it, or <see cref="Failed"/>; so do all Read methods.</summary>
    private int ReadObject(ReadOnlySpan<byte> json, int start, SchemaNode node, int depth)
    {
        if (depth > limits.MaxDepth)
        {
            return FailDepth(start);
        }

        var plan = node.Object!;
        var properties = plan.Properties;
        var current = ++stamp;
        var owner = 0;
        var required = 0;
        var slot = plan.Slot;
        var at = JsonGrammar.SkipSpace(json, start + 1);
        if (at < json.Length && json[at] == '}')
        {
            return required == plan.RequiredCount ? at + 1 : FailRequired(start, plan, current);
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
                at = ReadKey(json, at, plan, ref owner, out index);
                if (at < 0)
                {
                    return Failed;
                }

                guesses[slot] = Math.Max(index, 0);
            }

            at = JsonGrammar.SkipSpace(json, at);
            if (index >= 0)
            {
                slot = plan.Slot + 1 + index;
                if (seen[slot] == current)
                {
                    return FailDuplicate(json, keyAt);
                }

                seen[slot] = current;
                var property = properties[index];
                required += property.IsRequired ? 1 : 0;
                at = property.Node is { } child
                    ? child.Kind == NodeKind.Flatten ? ReadNested(json, at, property, depth) : ReadValue(json, at, child, depth)
                    : ReadUnnamed(json, keyAt, at, node, depth);
            }
            else
            {
                at = ReadUnnamed(json, keyAt, at, node, depth);
            }

            if (at < 0)
            {
                return Failed;
            }

            at = JsonGrammar.SkipSpace(json, at);
            if (at >= json.Length)
            {
                return FailMalformed(json.Length, "The text ends inside an object.");
            }

            if (json[at] == ',')
            {
                at = JsonGrammar.SkipSpace(json, at + 1);
                continue;
            }

            if (json[at] != '}')
            {
                return FailFound(FaultCode.Malformed, json, at, "Expected , or } in an object.");
            }

            return required == plan.RequiredCount ? at + 1 : FailRequired(start, plan, current);
        }
    }

    /// <summary>An object whose properties have columns of their own, or null.</summary>
    private int ReadNested(ReadOnlySpan<byte> json, int at, PropertyPlan property, int depth)
    {
        var node = property.Node!;
        if (at >= json.Length || json[at] != '{')
        {
            return node.Allows(JsonTypes.Null) && at < json.Length && json[at] == 'n' ? ReadLiteral(json, at) : FailType(json, at, node);
        }

        path.Add(property);
        at = ReadObject(json, at, node, depth + 1);
        path.RemoveAt(path.Count - 1);
        if (at >= 0 && extraOpened > path.Count)
        {
            PutExtra("}"u8);
            extraOpened--;
        }

        return at;
    }

    /// <summary>The key in full generality, and the colon behind it.</summary>
    private int ReadKey(ReadOnlySpan<byte> json, int at, ObjectPlan plan, ref int owner, out int index)
    {
        index = -1;
        var quote = at;
        at = ReadText(json, at, isKey: true, out var name, out var escaped);
        if (at < 0)
        {
            return Failed;
        }

        index = plan.Find(name);
        if (index < 0)
        {
            if (!plan.AllowsAdditional)
            {
                return FailUnknown(quote, name, plan);
            }

            owner = owner == 0 ? skipper.NewObject() : owner;
            if (!skipper.AddKey(json, owner, quote + 1, at - quote - 2, escaped))
            {
                return FailDuplicate(json, quote);
            }
        }

        at = JsonGrammar.SkipSpace(json, at);
        return at < json.Length && json[at] == ':' ? at + 1
            : at < json.Length ? FailFound(FaultCode.Malformed, json, at, "Expected : behind a key.")
            : FailMalformed(json.Length, "The text ends inside an object.");
    }

    private int FailUnknown(int quote, ReadOnlySpan<byte> name, ObjectPlan plan) => FailSchema(
        quote,
        $"The schema names no such property and allows no others.{Spelling.Suggest(Encoding.UTF8.GetString(name), plan.Properties.Select(p => p.Text))}");

    /// <summary>A property that has no schema: checked to be JSON and kept in <c>_extra</c>.</summary>
    private int ReadUnnamed(ReadOnlySpan<byte> json, int keyAt, int at, SchemaNode node, int depth)
    {
        var end = SkipValue(json, at, depth);
        if (end < 0 || node.Kind != NodeKind.Flatten)
        {
            return end;
        }

        if (extraLength == 0)
        {
            PutExtra("{"u8);
        }

        for (; extraOpened < path.Count; extraOpened++)
        {
            Separate();
            PutExtra(JsonKey(path[extraOpened].Name));
            PutExtra("{"u8);
        }

        Separate();
        PutExtra(json[keyAt..end]);
        return end;
    }

    private void Separate()
    {
        if (extra[extraLength - 1] != '{')
        {
            PutExtra(","u8);
        }
    }

    private static byte[] JsonKey(byte[] name) =>
        [(byte)'"', .. System.Text.Json.JsonEncodedText.Encode(name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"', (byte)':'];

    private void PutExtra(ReadOnlySpan<byte> bytes)
    {
        if (extra.Length - extraLength < bytes.Length)
        {
            Array.Resize(ref extra, Math.Max(extra.Length * 2, extraLength + bytes.Length));
        }

        bytes.CopyTo(extra.AsSpan(extraLength));
        extraLength += bytes.Length;
    }

    private void FlushExtra(BytesColumn column)
    {
        PutExtra("}"u8);
        column.Append(extra.AsSpan(0, extraLength));
    }

    private void ResetExtra()
    {
        (extraLength, extraOpened) = (0, 0);
        path.Clear();
        if (extra.Length > LargestScratchKept)
        {
            extra = new byte[256];
        }
    }

    private int FailDuplicate(ReadOnlySpan<byte> json, int keyAt) =>
        FailMalformed(keyAt, $"The key {JsonExcerpt.Of(json, keyAt)} occurs twice in one object.");

    private int FailRequired(int start, ObjectPlan plan, int current)
    {
        for (var i = 0; i < plan.Properties.Length; i++)
        {
            if (plan.Properties[i].IsRequired && seen[plan.Slot + 1 + i] != current)
            {
                return FailSchema(start, $"The required property \"{plan.Properties[i].Text}\" is missing.");
            }
        }

        throw new InvalidOperationException("All required properties were found, but not counted.");
    }
}
