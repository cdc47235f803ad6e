using Ingest.Pipeline.Decoding.Typed;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>The columns that the fields of an Avro record become.</summary>
internal static class AvroLayout
{
    public static IReadOnlyList<FieldLayout> Of(AvroType record) => Fields(record, [record]);

    private static List<FieldLayout> Fields(AvroType record, HashSet<AvroType> open) => [.. record.Fields.Select(f => Field(f.Name, f.Type, f.Line, open) with { HasDefault = f.Default is not null })];

    private static FieldLayout Field(string name, AvroType type, int line, HashSet<AvroType> open)
    {
        var (inner, isNullable) = Unwrap(type);
        switch (inner?.Kind)
        {
            case AvroKind.Record when inner.Fields.Count > 0 && open.Add(inner):
                var record = new FieldLayout(name, ValueKind.Record, line, isNullable);
                record.Fields.AddRange(Fields(inner, open));
                open.Remove(inner);
                return record;
            case AvroKind.Array when Unwrap(inner.Items!) is ({ } items, var areNullable) && KindOf(items) is { } kind and not ValueKind.Json:
                return new FieldLayout(name, kind, line, isNullable, IsList: true, ItemsAreNullable: areNullable);
            default:
                return new FieldLayout(name, inner is null ? ValueKind.Json : KindOf(inner) ?? ValueKind.Json, line, isNullable);
        }
    }

    /// <summary>The one type of a union beside null; no type where there are several, or none.</summary>
    private static (AvroType? Type, bool IsNullable) Unwrap(AvroType type)
    {
        if (type.Kind != AvroKind.Union)
        {
            return (type, false);
        }

        var others = type.Branches.Where(b => b.Kind != AvroKind.Null).ToArray();
        return others.Length == 1 ? (others[0], others.Length < type.Branches.Count) : (null, true);
    }

    private static ValueKind? KindOf(AvroType type) => (type.Kind, type.Logical) switch
    {
        (_, AvroLogical.Uuid) => ValueKind.Uuid,
        (_, AvroLogical.Date) => ValueKind.Date,
        (_, AvroLogical.TimestampMillis or AvroLogical.TimestampMicros or AvroLogical.TimestampNanos) => ValueKind.Timestamp,
        (AvroKind.Boolean, _) => ValueKind.Boolean,
        (AvroKind.Int or AvroKind.Long, _) => ValueKind.Int64,
        (AvroKind.Float or AvroKind.Double, _) => ValueKind.Double,
        (AvroKind.String or AvroKind.Enum or AvroKind.Bytes or AvroKind.Fixed, _) => ValueKind.String,
        _ => ValueKind.Json,
    };
}
