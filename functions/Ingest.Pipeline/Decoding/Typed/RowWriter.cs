using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Typed;

/// <summary>A field that has a column, or is the item of a list that has one.</summary>
/// <param name="Pointer">JSON Pointer of the field, for faults.</param>
/// <param name="Column">Index among the schema's columns.</param>
internal sealed record Leaf(string Pointer, int Column, ValueKind Kind, bool IsList, bool IsTime)
{
    public static Leaf Of(CompiledSchema schema, string pointer, FieldLayout field)
    {
        var name = schema.FindColumn(pointer)!;
        var column = 0;
        while (schema.Columns[column].Name != name)
        {
            column++;
        }

        return new Leaf(pointer, column, field.Kind, field.IsList, column == schema.Plan.TimeTarget);
    }
}

/// <summary>
/// Appends the typed values of one record to the columns of a batch. Methods return false where a value cannot be stored;
/// <see cref="Fault"/> then says why, and the row is the caller's to take back. Not thread-safe.
/// </summary>
internal sealed class RowWriter(CompiledSchema schema, DecodingOptions options)
{
    private readonly Column[] columns = new Column[schema.Columns.Count];
    private readonly Column[] values = new Column[schema.Columns.Count];
    private readonly RecordId id = new();
    private readonly byte[] number = new byte[64];
    private RecordBatch? batch;

    public Fault Fault { get; private set; }

    public DecodingOptions Options => options;

    /// <summary>JSON text of the value at hand, for <see cref="Json"/>.</summary>
    public JsonBuffer Text { get; } = new();

    /// <summary>The id of the row that was finished last; empty where it has none.</summary>
    public ReadOnlySpan<byte> Id => schema.Plan.IdTarget < 0 ? default : id.In(columns[schema.Plan.IdTarget]);

    public void Attach(RecordBatch into)
    {
        if (ReferenceEquals(batch, into))
        {
            return;
        }

        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = into.Columns[i];
            values[i] = columns[i] is ListColumn list ? list.Elements : columns[i];
        }

        batch = into;
    }

    public bool Fail(FaultCode code, string detail, string? pointer)
    {
        Fault = new Fault(code == FaultCode.Schema ? FaultStage.Validate : FaultStage.Decode, code, detail, pointer);
        return false;
    }

    public bool FailSchema(string detail, string pointer) => Fail(FaultCode.Schema, detail, pointer);

    /// <summary>Whether the row has a value, null included, in the leaf's column.</summary>
    public bool Has(Leaf leaf) => columns[leaf.Column].Count > batch!.RowCount;

    /// <summary>Takes back what the row has in a column, for formats where the last value counts.</summary>
    public void Clear(int column)
    {
        columns[column].Truncate(batch!.RowCount);
        (columns[column] as ListColumn)?.RollbackRow();
    }

    public void EndList(Leaf leaf) => ((ListColumn)columns[leaf.Column]).CommitRow();

    public void Null(Leaf leaf) => values[leaf.Column].AppendNull();

    public bool Int64(Leaf leaf, long value)
    {
        if (leaf.IsTime)
        {
            Utf8Formatter.TryFormat(value, number, out var length);
            return Time(leaf, number.AsSpan(0, length), isText: false);
        }

        ((Int64Column)values[leaf.Column]).Append(value);
        return true;
    }

    public bool Double(Leaf leaf, double value)
    {
        if (!double.IsFinite(value))
        {
            return FailSchema("NaN and infinite numbers cannot be stored.", leaf.Pointer);
        }

        if (leaf.IsTime)
        {
            value.TryFormat(number, out var length, "R", CultureInfo.InvariantCulture);
            return Time(leaf, number.AsSpan(0, length), isText: false);
        }

        ((DoubleColumn)values[leaf.Column]).Append(value);
        return true;
    }

    public bool Boolean(Leaf leaf, bool value)
    {
        ((BooleanColumn)values[leaf.Column]).Append(value);
        return true;
    }

    public bool String(Leaf leaf, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            return Fail(FaultCode.Malformed, "A text is not valid UTF-8.", leaf.Pointer);
        }

        if (leaf.IsTime)
        {
            return Time(leaf, text, isText: true);
        }

        if (leaf.Kind == ValueKind.Uuid)
        {
            if (!UuidText.TryParse(text, out var uuid))
            {
                return FailSchema("Expected a UUID.", leaf.Pointer);
            }

            ((UuidColumn)values[leaf.Column]).Append(uuid);
            return true;
        }

        ((BytesColumn)values[leaf.Column]).Append(text);
        return true;
    }

    /// <summary>Bytes as Base64 text, or 16 of them as a UUID.</summary>
    public bool Bytes(Leaf leaf, ReadOnlySpan<byte> data)
    {
        if (leaf.Kind == ValueKind.Uuid)
        {
            if (data.Length != 16)
            {
                return FailSchema("A UUID has 16 bytes.", leaf.Pointer);
            }

            ((UuidColumn)values[leaf.Column]).Append(MemoryMarshal.Read<UInt128>(data));
            return true;
        }

        var column = (BytesColumn)values[leaf.Column];
        Base64.EncodeToUtf8(data, column.Reserve(Base64.GetMaxEncodedToUtf8Length(data.Length)), out _, out var written);
        column.Commit(written);
        return true;
    }

    public bool Timestamp(Leaf leaf, long microseconds)
    {
        if (!Rfc3339.IsInRange(microseconds))
        {
            return FailSchema("The time lies outside the years 1 to 9999.", leaf.Pointer);
        }

        ((Int64Column)values[leaf.Column]).Append(microseconds);
        return true;
    }

    public bool Date(Leaf leaf, long days)
    {
        if (days is < -719_162 or > 2_932_896)
        {
            return FailSchema("The day lies outside the years 1 to 9999.", leaf.Pointer);
        }

        ((Int64Column)values[leaf.Column]).Append(leaf.IsTime ? days * Rfc3339.MicrosecondsPerDay : days);
        return true;
    }

    /// <summary>Stores what was written to <see cref="Text"/>.</summary>
    public bool Json(Leaf leaf)
    {
        ((BytesColumn)values[leaf.Column]).Append(Text.Written);
        return true;
    }

    /// <summary>What can only be done once the whole record was read.</summary>
    public bool Finish(long enqueuedUnixMs)
    {
        var plan = schema.Plan;
        var row = batch!.RowCount;
        if (plan.TimeTarget >= 0 && columns[plan.TimeTarget] is Int64Column time && time.Count > row && !time.IsNull(row)
            && plan.Time!.CheckRange(time.Values[row], enqueuedUnixMs) is { } outOfRange)
        {
            Fault = new Fault(FaultStage.Validate, FaultCode.OutOfTimeRange, outOfRange, plan.TimePointer);
            return false;
        }

        if (plan.IdTarget >= 0)
        {
            id.Take(columns[plan.IdTarget], row);
        }

        return true;
    }

    private bool Time(Leaf leaf, ReadOnlySpan<byte> text, bool isText)
    {
        var parser = schema.Plan.Time!;
        var problem = isText || !parser.IsNumber ? parser.ParseText(text, out var microseconds) : parser.ParseNumber(text, out microseconds);
        if (problem is not null)
        {
            return FailSchema(problem, leaf.Pointer);
        }

        ((Int64Column)values[leaf.Column]).Append(microseconds);
        return true;
    }
}
