using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary>
/// Reads one message straight into columns. Fields may come in any order and more than once: the last value of a singular field
/// counts, so it replaces what the row already has. Not thread-safe.
/// </summary>
internal sealed class ProtoReader(ProtoPlan root)
{
    private readonly bool[] present = new bool[root.Slots.Messages];
    private readonly List<(int Field, int Start, int End, bool IsPacked)>[] json =
        [.. Enumerable.Range(0, root.Slots.Json).Select(_ => new List<(int, int, int, bool)>())];

    /// <summary>Appends a value, or null, to every column of the row that has one. False: the row's fault says why.</summary>
    public bool TryRead(ref ProtoCursor cursor, RowWriter row)
    {
        present.AsSpan().Clear();
        foreach (var occurrences in json)
        {
            occurrences.Clear();
        }

        return TryMessage(ref cursor, root, row, "", 1) && TryFinish(ref cursor, root, row, "");
    }

    private bool TryMessage(ref ProtoCursor cursor, ProtoPlan plan, RowWriter row, string pointer, int depth)
    {
        if (depth > cursor.Options.MaxDepth)
        {
            return row.Fail(FaultCode.TooLarge, $"Messages are nested more than {cursor.Options.MaxDepth} levels deep.", pointer);
        }

        present[plan.Slot] = true;
        while (cursor.At < cursor.End)
        {
            if (!cursor.TryTag(out var number, out var wireType))
            {
                return cursor.Fault(row, pointer);
            }

            if (plan.Find(number) is { } step)
            {
                if (!TryField(ref cursor, step, wireType, row, depth))
                {
                    return false;
                }
            }
            else if (!cursor.TrySkip(number, wireType))
            {
                return cursor.Fault(row, pointer);
            }
        }

        return true;
    }

    private bool TryField(ref ProtoCursor cursor, ProtoStep step, int wireType, RowWriter row, int depth)
    {
        var field = step.Field;
        foreach (var rival in step.Rivals)
        {
            Unset(rival, row);
        }

        if (wireType != field.WireType)
        {
            return wireType == 2 && step.Target == ProtoTarget.List
                ? TryPacked(ref cursor, step, row)
                : row.FailSchema(
                    $"The field has the wire type {wireType} instead of {field.WireType}; the event was probably written with another schema.", step.Pointer);
        }

        switch (step.Target)
        {
            case ProtoTarget.Scalar:
                if (row.Has(step.Leaf!))
                {
                    row.Clear(step.Leaf!.Column);
                }

                return ProtoValue.TryAppend(ref cursor, field, step.Leaf!, row);
            case ProtoTarget.List:
                return ProtoValue.TryAppend(ref cursor, field, step.Leaf!, row);
        }

        if (!cursor.TryLength(out var length))
        {
            return cursor.Fault(row, step.Pointer);
        }

        if (step.Target == ProtoTarget.Json)
        {
            json[step.JsonSlot].Add((0, cursor.At, cursor.At + length, false));
            cursor.At += length;
            return true;
        }

        // What lies behind the message is out of bounds while it is read.
        var end = cursor.End;
        cursor.End = cursor.At + length;
        var isRead = step.Target switch
        {
            ProtoTarget.Message => TryMessage(ref cursor, step.Plan!, row, step.Pointer, depth + 1),
            ProtoTarget.Timestamp => TryTimestamp(ref cursor, step, row),
            _ => TryWrapper(ref cursor, step, row),
        };
        cursor.End = end;
        return isRead;
    }

    private static bool TryPacked(ref ProtoCursor cursor, ProtoStep step, RowWriter row)
    {
        if (step.Field.WireType == 2 || !cursor.TryLength(out var length))
        {
            return cursor.Fault(row, step.Pointer);
        }

        var end = cursor.End;
        cursor.End = cursor.At + length;
        while (cursor.At < cursor.End)
        {
            if (!ProtoValue.TryAppend(ref cursor, step.Field, step.Leaf!, row))
            {
                return false;
            }
        }

        cursor.End = end;
        return true;
    }

    private static bool TryTimestamp(ref ProtoCursor cursor, ProtoStep step, RowWriter row)
    {
        long seconds = 0, nanos = 0;
        while (cursor.At < cursor.End)
        {
            if (!cursor.TryTag(out var number, out var wireType))
            {
                return cursor.Fault(row, step.Pointer);
            }

            if (number is 1 or 2 && wireType == 0)
            {
                if (!cursor.TryVarint(out var raw))
                {
                    return cursor.Fault(row, step.Pointer);
                }

                (seconds, nanos) = number == 1 ? ((long)raw, nanos) : (seconds, (int)raw);
            }
            else if (!cursor.TrySkip(number, wireType))
            {
                return cursor.Fault(row, step.Pointer);
            }
        }

        if (!ProtoTimestamp.TryMicroseconds(seconds, nanos, out var microseconds))
        {
            return row.FailSchema(ProtoTimestamp.OutOfRange, step.Pointer);
        }

        if (row.Has(step.Leaf!))
        {
            row.Clear(step.Leaf!.Column);
        }

        return row.Timestamp(step.Leaf!, microseconds);
    }

    private static bool TryWrapper(ref ProtoCursor cursor, ProtoStep step, RowWriter row)
    {
        var value = step.Field.Message!.Fields[0];
        var leaf = step.Leaf!;
        if (row.Has(leaf))
        {
            row.Clear(leaf.Column);
        }

        while (cursor.At < cursor.End)
        {
            if (!cursor.TryTag(out var number, out var wireType))
            {
                return cursor.Fault(row, step.Pointer);
            }

            if (number == value.Number && wireType == value.WireType)
            {
                if (row.Has(leaf))
                {
                    row.Clear(leaf.Column);
                }

                if (!ProtoValue.TryAppend(ref cursor, value, leaf, row))
                {
                    return false;
                }
            }
            else if (!cursor.TrySkip(number, wireType))
            {
                return cursor.Fault(row, step.Pointer);
            }
        }

        return row.Has(leaf) || ProtoValue.AppendDefault(value, leaf, row);
    }

    /// <summary>Takes back all that the row has of a field.</summary>
    private void Unset(ProtoStep step, RowWriter row)
    {
        if (step.JsonSlot >= 0)
        {
            json[step.JsonSlot].Clear();
        }
        else if (step.Leaf is { } leaf)
        {
            if (row.Has(leaf))
            {
                row.Clear(leaf.Column);
            }
        }
        else if (present[step.Plan!.Slot])
        {
            present[step.Plan.Slot] = false;
            step.Plan.Steps.ForEach(s => Unset(s, row));
        }
    }

    /// <summary>Lists, JSON and defaults, which can only be told once the whole message was read.</summary>
    private bool TryFinish(ref ProtoCursor cursor, ProtoPlan plan, RowWriter row, string pointer)
    {
        foreach (var step in plan.Steps)
        {
            var field = step.Field;
            switch (step.Target)
            {
                case ProtoTarget.List:
                    row.EndList(step.Leaf!);
                    break;
                case ProtoTarget.Json:
                    if (!TryJson(ref cursor, step, row))
                    {
                        return false;
                    }

                    break;
                case ProtoTarget.Message when present[step.Plan!.Slot]:
                    if (!TryFinish(ref cursor, step.Plan, row, step.Pointer))
                    {
                        return false;
                    }

                    break;
                case ProtoTarget.Scalar when !row.Has(step.Leaf!) && field.Presence == ProtoPresence.Implicit:
                    if (!ProtoValue.AppendDefault(field, step.Leaf!, row))
                    {
                        return false;
                    }

                    break;
            }

            if (field.Presence == ProtoPresence.Required && !IsSet(step, row))
            {
                return row.FailSchema($"The required field \"{field.Name}\" is missing.", pointer);
            }
        }

        return true;
    }

    private bool IsSet(ProtoStep step, RowWriter row) => step.Leaf is { } leaf ? row.Has(leaf) : present[step.Plan!.Slot];

    private bool TryJson(ref ProtoCursor cursor, ProtoStep step, RowWriter row)
    {
        var occurrences = json[step.JsonSlot];
        if (occurrences.Count == 0 && !step.Field.IsRepeated)
        {
            return true;
        }

        row.Text.Clear();
        return ProtoJson.TryField(ref cursor, step.Field, occurrences, row.Text, 1) ? row.Json(step.Leaf!) : cursor.Fault(row, step.Pointer);
    }
}
