using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>Reads one value as its writer wrote it and puts it where the reader's schema wants it. Immutable: decoders share it.</summary>
internal abstract class AvroStep
{
    public abstract bool Read(ref AvroCursor cursor, RowWriter row);
}

/// <summary>A field that the reader's schema does not have.</summary>
internal sealed class SkipStep(AvroType writer, string pointer) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row) => cursor.TrySkip(writer) || cursor.Fault(row, pointer);
}

/// <summary>A record, field by field in the writer's order; then what only the reader has.</summary>
internal sealed class RecordStep(AvroStep[] fields) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        foreach (var field in fields)
        {
            if (!field.Read(ref cursor, row))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The default of a field that the writer did not know: a value of its own that is read like any other.</summary>
internal sealed class DefaultStep(byte[] value, AvroStep step) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        var own = new AvroCursor(value, int.MaxValue, cursor.MaxDepth, value.Length + 1000);
        return step.Read(ref own, row);
    }
}

internal sealed class UnionStep(AvroType writer, AvroStep[] branches, string pointer) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row) =>
        cursor.TryBranch(writer, out var branch) ? branches[branch].Read(ref cursor, row) : cursor.Fault(row, pointer);
}

/// <summary>A branch of the writer's union that the reader's type does not take.</summary>
internal sealed class RefusedStep(string pointer, string detail) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row) => row.FailSchema(detail, pointer);
}

/// <summary>A null in a place of its own: a column that gets no value is null in any case.</summary>
internal sealed class NothingStep : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row) => true;
}

internal sealed class NullItemStep(Leaf leaf) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        row.Null(leaf);
        return true;
    }
}

internal sealed class ListStep(Leaf leaf, AvroStep item) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        while (true)
        {
            if (!cursor.TryBlock(out var count))
            {
                return cursor.Fault(row, leaf.Pointer);
            }

            if (count == 0)
            {
                row.EndList(leaf);
                return true;
            }

            for (cursor.Budget -= count; count > 0; count--)
            {
                if (!item.Read(ref cursor, row))
                {
                    return false;
                }
            }
        }
    }
}

internal sealed class JsonStep(Leaf leaf, AvroType writer) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        row.Text.Clear();
        return AvroJson.TryWrite(ref cursor, writer, row.Text, 1) ? row.Json(leaf) : cursor.Fault(row, leaf.Pointer);
    }
}

/// <summary>An int, a long, or what is made of them.</summary>
internal sealed class IntegerStep(Leaf leaf, AvroType writer) : AvroStep
{
    private readonly bool isInt = writer.Kind == AvroKind.Int;

    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        long value;
        if (isInt)
        {
            if (!cursor.TryInt(out var narrow))
            {
                return cursor.Fault(row, leaf.Pointer);
            }

            value = narrow;
        }
        else if (!cursor.TryLong(out value))
        {
            return cursor.Fault(row, leaf.Pointer);
        }

        switch (writer.Logical)
        {
            case AvroLogical.Date when leaf.Kind == ValueKind.Date:
                return row.Date(leaf, value);
            case AvroLogical.TimestampMillis when leaf.Kind == ValueKind.Timestamp:
                // Beyond every year that can be stored, and no overflow.
                return row.Timestamp(leaf, value is < -100_000_000_000_000 or > 300_000_000_000_000 ? long.MaxValue : value * 1000);
            case AvroLogical.TimestampMicros when leaf.Kind == ValueKind.Timestamp:
                return row.Timestamp(leaf, value);
            case AvroLogical.TimestampNanos when leaf.Kind == ValueKind.Timestamp:
                return row.Timestamp(leaf, (value - (((value % 1000) + 1000) % 1000)) / 1000);
            default:
                return leaf.Kind == ValueKind.Double ? row.Double(leaf, value) : row.Int64(leaf, value);
        }
    }
}

internal sealed class FractionStep(Leaf leaf, bool isFloat) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        double value;
        if (isFloat)
        {
            if (!cursor.TryFloat(out var narrow))
            {
                return cursor.Fault(row, leaf.Pointer);
            }

            value = narrow;
        }
        else if (!cursor.TryDouble(out value))
        {
            return cursor.Fault(row, leaf.Pointer);
        }

        return row.Double(leaf, value);
    }
}

internal sealed class BooleanStep(Leaf leaf) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row) =>
        cursor.TryBoolean(out var value) ? row.Boolean(leaf, value) : cursor.Fault(row, leaf.Pointer);
}

/// <summary>Strings, bytes and fixed.</summary>
/// <param name="isText">Whether the reader's type is text; else Base64 or a UUID is stored.</param>
internal sealed class TextStep(Leaf leaf, AvroType writer, bool isText, int scale) : AvroStep
{
    private readonly bool isFixed = writer.Kind == AvroKind.Fixed;

    public override bool Read(ref AvroCursor cursor, RowWriter row)
    {
        var isRead = isFixed ? cursor.TryTake(writer.Size, out var value) : cursor.TryBytes(out value);
        if (!isRead)
        {
            return cursor.Fault(row, leaf.Pointer);
        }

        if (scale < 0)
        {
            return isText ? row.String(leaf, value) : row.Bytes(leaf, value);
        }

        Span<byte> text = stackalloc byte[AvroDecimal.MaxText];
        return AvroDecimal.TryFormat(value, scale, text, out var length)
            ? row.String(leaf, text[..length])
            : row.FailSchema(AvroDecimal.TooLong, leaf.Pointer);
    }
}

/// <summary>Symbols by name: the reader may number them otherwise.</summary>
/// <param name="symbols">For each of the writer's symbols the reader's text; null where the reader knows neither it nor a default.</param>
internal sealed class EnumStep(Leaf leaf, AvroType writer, byte[]?[] symbols) : AvroStep
{
    public override bool Read(ref AvroCursor cursor, RowWriter row) =>
        !cursor.TrySymbol(symbols.Length, out var symbol) ? cursor.Fault(row, leaf.Pointer)
        : symbols[symbol] is { } text ? row.String(leaf, text)
        : row.FailSchema($"The reader's enum has no symbol \"{writer.Symbols[symbol]}\" and no default.", leaf.Pointer);
}
