using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ingest.Pipeline.Schemas;

/// <content>
/// Reading along a known layout: keys are compared in bulk with what stood there in earlier records, and a value's place decides
/// what it is. Whatever is not as expected, bad records included, is left to the general reader, so that both always agree.
/// </content>
public sealed partial class JsonRecordReader
{
    /// <summary>Bytes behind any position that may be looked at.</summary>
    private const int Padding = 64;

    /// <summary>Of payloads up to this size the end is copied and padded; in larger ones only the last record comes near the end.</summary>
    private const int LargestPadded = 4096;

    private readonly RecordLayout? layout;
    private readonly List<ObjectPlan> opened = [];
    private readonly byte[] padded = new byte[LargestPadded + Padding];

    /// <summary>Records that were read along a known layout.</summary>
    internal long FollowedLayouts { get; private set; }

    /// <summary>Records that were begun along a known layout.</summary>
    internal long TriedLayouts { get; private set; }

    private bool TryReadByLayout(ReadOnlySpan<byte> json, long enqueuedUnixMs, out int consumed)
    {
        if (layout!.ShouldTry())
        {
            TriedLayouts++;
            consumed = ReadByLayout(json);
            if (consumed >= 0 && (schema.RecordRule is not { } rule || CheckRecord(json, 0, consumed, rule) >= 0)
                && Finish(0, consumed, enqueuedUnixMs) >= 0)
            {
                layout.Hit();
                FollowedLayouts++;
                return true;
            }

            layout.Miss();
            batch!.RollbackRow();
        }

        consumed = 0;
        return false;
    }

    /// <summary>Returns the index behind the record, or <see cref="Failed"/> where it is not as any earlier one.</summary>
    private int ReadByLayout(ReadOnlySpan<byte> json)
    {
        // Zeros match nothing and end every value. Only the end is copied, to where it would stand if all were: to read what was
        // just written takes the processor long.
        if (json.Length <= LargestPadded)
        {
            ref var copy = ref MemoryMarshal.GetArrayDataReference(padded);
            var tail = Math.Max(json.Length - Padding, 0);
            json[tail..].CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref copy, tail), Padding));
            MemoryMarshal.CreateSpan(ref Unsafe.Add(ref copy, json.Length), Padding).Clear();
        }

        return ReadByLayout(ref MemoryMarshal.GetReference(json), json.Length);
    }

    /// <param name="first">The record's first byte.</param>
    private int ReadByLayout(ref byte first, int length)
    {
        // The last position from which Padding bytes can be read.
        var limit = length - Padding;
        ref var marked = ref MemoryMarshal.GetArrayDataReference(seen);
        var current = ++stamp;
        var balance = 0;
        var state = layout!.Start;
        var at = 0;
        while (true)
        {
            if (at > limit)
            {
                if (!HasTail(limit, length))
                {
                    return Failed;
                }

                first = ref MemoryMarshal.GetArrayDataReference(padded);
                limit = length;
            }

            var edge = state.First;
            if (edge is not null && edge.Matches(ref Unsafe.Add(ref first, at), limit + Padding - at))
            {
                at += edge.Length;
                edge.Uses++;
            }
            else
            {
                // A copy: a variable whose address is taken would stay in memory all the time.
                var position = at;
                edge = FindStep(ref first, length, limit, ref position, state);
                if (edge is null)
                {
                    return Failed;
                }

                at = position;
            }

            balance += edge.Balance;
            if (edge.HasMarks && !TryMark(edge.Marks, current))
            {
                return Failed;
            }

            if (edge.To is null)
            {
                return balance == 0 ? at : Failed;
            }

            state = edge.To;
            ref var mark = ref Unsafe.Add(ref marked, state.Slot);
            if (mark == current)
            {
                return Failed;
            }

            mark = current;
            if (at > limit)
            {
                if (!HasTail(limit, length))
                {
                    return Failed;
                }

                first = ref MemoryMarshal.GetArrayDataReference(padded);
                limit = length;
            }

            if (Unsafe.Add(ref first, at) <= ' ')
            {
                // Another producer puts no space here. So near to the end, which is rare, the general reader may go on.
                at = JsonGrammar.SkipSpace(MemoryMarshal.CreateReadOnlySpan(ref first, length), at);
                if (at > limit)
                {
                    return Failed;
                }
            }

            ref var value = ref Unsafe.Add(ref first, at);
            var end = state.Kind switch
            {
                NodeKind.Double => ReadDouble(ref value, at, state),
                NodeKind.Int64 => ReadInt64(ref value, at, state),
                NodeKind.String => ReadString(ref value, limit + Padding - at, at, state),
                NodeKind.Boolean => ReadBoolean(ref value, at, state),
                NodeKind.Timestamp => ReadTimestamp(ref value, at, state),
                _ => Failed,
            };
            if (end < 0 && (end = ReadValue(MemoryMarshal.CreateReadOnlySpan(ref first, length), at, state.Node, state.Owners.Length)) < 0)
            {
                return Failed;
            }

            at = end;
        }
    }

    /// <summary>Whether what lies beyond the limit can be read from the padded copy, and is not so already.</summary>
    private static bool HasTail(int limit, int length) => limit < length && length <= LargestPadded;

    /// <summary>The record has taken another turn than most: one that was seen before, or a new one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private LayoutEdge? FindStep(ref byte first, int length, int limit, ref int at, LayoutState state)
    {
        var edges = state.Edges;
        for (var i = 1; i < edges.Length; i++)
        {
            var edge = edges[i];
            if (edge.Matches(ref Unsafe.Add(ref first, at), limit + Padding - at))
            {
                state.Promote(i);
                at += edge.Length;
                return edge;
            }
        }

        var json = MemoryMarshal.CreateReadOnlySpan(ref first, length);
        var end = ReadStep(json, at, state, layout!.Unlearned);
        if (end < 0)
        {
            return null;
        }

        state.Learn(json[at..end], layout.Unlearned);
        at = end;
        return layout.Unlearned;
    }

    /// <summary>Reads from behind one value up to the next, or to the record's end. <see cref="Failed"/> where the general reader must decide.</summary>
    private int ReadStep(ReadOnlySpan<byte> json, int at, LayoutState from, LayoutEdge step)
    {
        var needsComma = from != layout!.Start;
        step.Begin(needsComma ? 0 : -schema.Root.Object!.RequiredCount);
        opened.Clear();
        opened.AddRange(from.Owners);
        at = JsonGrammar.SkipSpace(json, at);
        if (!needsComma && (at >= json.Length || json[at++] != '{'))
        {
            return Failed;
        }

        while (true)
        {
            at = JsonGrammar.SkipSpace(json, at);
            if (at >= json.Length)
            {
                return Failed;
            }

            if (json[at] == '}')
            {
                at++;
                opened.RemoveAt(opened.Count - 1);
                if (opened.Count == 0)
                {
                    return at;
                }

                needsComma = true;
                continue;
            }

            if (needsComma && json[at++] != ',')
            {
                return Failed;
            }

            var owner = opened[^1];
            at = ReadText(json, JsonGrammar.SkipSpace(json, at), isKey: true, out var name, out _);
            var index = at < 0 ? -1 : owner.Find(name);
            if (index < 0 || owner.Properties[index] is not { Node: { } node } property)
            {
                return Failed;
            }

            at = JsonGrammar.SkipSpace(json, at);
            if (at >= json.Length || json[at] != ':')
            {
                return Failed;
            }

            at = JsonGrammar.SkipSpace(json, at + 1);
            if (node.Kind != NodeKind.Flatten)
            {
                step.End(layout.StateOf(from, CollectionsMarshal.AsSpan(opened), index), property);
                return at;
            }

            if (at >= json.Length || !step.TryPass(property, owner.Slot + 1 + index))
            {
                return Failed;
            }

            needsComma = json[at] != '{';
            if (needsComma)
            {
                at = node.Allows(JsonTypes.Null) && json[at] == 'n' ? ReadLiteral(json, at) : Failed;
                if (at < 0)
                {
                    return Failed;
                }

                continue;
            }

            if (opened.Count == limits.MaxDepth)
            {
                return Failed;
            }

            opened.Add(node.Object!);
            step.Open(node.Object!);
            at++;
        }
    }

    private bool TryMark(ReadOnlySpan<int> marks, int current)
    {
        foreach (var slot in marks)
        {
            if (seen[slot] == current)
            {
                return false;
            }

            seen[slot] = current;
        }

        return true;
    }
}
