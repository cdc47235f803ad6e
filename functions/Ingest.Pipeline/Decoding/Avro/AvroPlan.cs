using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>What a writer's schema and the reader's cannot agree on.</summary>
internal sealed class AvroResolutionException(string message) : Exception(message);

/// <summary>
/// How records of one writer's schema fill the reader's columns: Avro's schema resolution, done once. Immutable.
/// </summary>
internal sealed class AvroPlan
{
    private static readonly AvroStep Nothing = new NothingStep();
    private readonly CompiledSchema columns;

    private AvroPlan(AvroType writer, CompiledSchema columns)
    {
        Writer = writer;
        this.columns = columns;
        Root = Nothing;
    }

    public AvroType Writer { get; }

    public AvroStep Root { get; private set; }

    /// <exception cref="AvroResolutionException">The reader cannot read what this writer writes.</exception>
    public static AvroPlan Of(AvroType writer, AvroType reader, IReadOnlyList<FieldLayout> layout, CompiledSchema columns)
    {
        var plan = new AvroPlan(writer, columns);
        plan.Root = writer.Kind == AvroKind.Record
            ? plan.Record(writer, reader, layout, "")
            : throw new AvroResolutionException($"The writer's schema is of type {writer.Describe()}, not a record.");
        return plan;
    }

    private RecordStep Record(AvroType writer, AvroType reader, IReadOnlyList<FieldLayout> layout, string pointer)
    {
        List<AvroStep> steps = [];
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in writer.Fields)
        {
            var index = reader.Fields.FindIndex(f => f.Name == field.Name);
            index = index >= 0 ? index : reader.Fields.FindIndex(f => f.Aliases.Contains(field.Name));
            if (index < 0 || !known.Add(reader.Fields[index].Name))
            {
                steps.Add(new SkipStep(field.Type, JsonPointer.Append(pointer, field.Name)));
                continue;
            }

            steps.Add(Value(field.Type, reader.Fields[index].Type, layout[index], JsonPointer.Append(pointer, layout[index].Name)));
        }

        foreach (var (index, field) in reader.Fields.Index())
        {
            if (known.Contains(field.Name))
            {
                continue;
            }

            var value = field.Default is { } @default
                ? AvroDefault.Encode(@default, field.Type)
                : throw new AvroResolutionException($"The field \"{field.Name}\" is missing in the writer's schema and has no default.");
            steps.Add(new DefaultStep(value, Value(field.Type, field.Type, layout[index], JsonPointer.Append(pointer, field.Name))));
        }

        return new RecordStep([.. steps]);
    }

    private AvroStep Value(AvroType writer, AvroType reader, FieldLayout layout, string pointer)
    {
        if (layout.Kind == ValueKind.Json)
        {
            return new JsonStep(Leaf.Of(columns, pointer, layout), writer);
        }

        if (layout.Kind == ValueKind.Record)
        {
            return Branches(writer, reader, pointer, Nothing, (w, r) => w.Kind == AvroKind.Record ? Record(w, r, layout.Fields, pointer) : throw Mismatch(w, r));
        }

        var leaf = Leaf.Of(columns, pointer, layout);
        if (!layout.IsList)
        {
            return Branches(writer, reader, pointer, Nothing, (w, r) => Scalar(w, r, leaf));
        }

        return Branches(writer, reader, pointer, Nothing, (w, r) => w.Kind == AvroKind.Array
            ? new ListStep(leaf, Branches(w.Items!, r.Items!, pointer, new NullItemStep(leaf), (wi, ri) => Scalar(wi, ri, leaf)))
            : throw Mismatch(w, r));
    }

    /// <summary>Takes unions apart: the reader's is one type or null, the writer's may be any; a branch that does not fit is a fault only where it occurs.</summary>
    private static AvroStep Branches(AvroType writer, AvroType reader, string pointer, AvroStep onNull, Func<AvroType, AvroType, AvroStep> build)
    {
        var isNullable = reader.Kind == AvroKind.Union;
        var inner = isNullable ? reader.Branches.First(b => b.Kind != AvroKind.Null) : reader;
        return writer.Kind == AvroKind.Union
            ? new UnionStep(writer, [.. writer.Branches.Select(Branch)], pointer)
            : One(writer);

        AvroStep One(AvroType type) =>
            type.Kind != AvroKind.Null ? build(type, inner) : isNullable ? onNull : throw Mismatch(type, inner);

        AvroStep Branch(AvroType type)
        {
            try
            {
                return One(type);
            }
            catch (AvroResolutionException e)
            {
                return new RefusedStep(pointer, e.Message);
            }
        }
    }

    private static AvroStep Scalar(AvroType writer, AvroType reader, Leaf leaf)
    {
        switch (reader.Kind, writer.Kind)
        {
            case (AvroKind.Int, AvroKind.Int):
            case (AvroKind.Long, AvroKind.Int or AvroKind.Long):
                // The reader's logical type decides; one of another unit than the writer's would shift the time.
                return writer.Logical == reader.Logical || reader.Logical == AvroLogical.None || writer.Logical == AvroLogical.None
                    ? new IntegerStep(leaf, writer.Logical == reader.Logical ? writer : new AvroType(writer.Kind, writer.Line) { Logical = reader.Logical })
                    : throw new AvroResolutionException($"The writer's logical type {writer.Logical} is not the reader's {reader.Logical}.");
            case (AvroKind.Float or AvroKind.Double, AvroKind.Int or AvroKind.Long):
                return new IntegerStep(leaf, new AvroType(writer.Kind, writer.Line));
            case (AvroKind.Float or AvroKind.Double, AvroKind.Float):
            case (AvroKind.Double, AvroKind.Double):
                return new FractionStep(leaf, writer.Kind == AvroKind.Float);
            case (AvroKind.Boolean, AvroKind.Boolean):
                return new BooleanStep(leaf);
            case (AvroKind.Enum, AvroKind.Enum):
                return new EnumStep(leaf, writer, [.. writer.Symbols.Select(s =>
                    reader.Symbols.Contains(s) ? System.Text.Encoding.UTF8.GetBytes(s)
                    : reader.EnumDefault is { } fallback ? System.Text.Encoding.UTF8.GetBytes(fallback) : null)]);
            case (AvroKind.String, AvroKind.String or AvroKind.Bytes):
                return new TextStep(leaf, writer, isText: true, scale: -1);
            case (AvroKind.Bytes, AvroKind.String or AvroKind.Bytes):
            case (AvroKind.Fixed, AvroKind.Fixed) when writer.Size == reader.Size:
                return reader.Logical == AvroLogical.Decimal && writer.Logical == AvroLogical.Decimal && writer.Scale != reader.Scale
                    ? throw new AvroResolutionException($"The writer's decimal has {writer.Scale} places, the reader's {reader.Scale}.")
                    : new TextStep(leaf, writer, isText: false, reader.Logical == AvroLogical.Decimal ? reader.Scale : -1);
            default:
                throw Mismatch(writer, reader);
        }
    }

    private static AvroResolutionException Mismatch(AvroType writer, AvroType reader) =>
        new($"The writer's {writer.Describe()} cannot be read as {reader.Describe()}.");
}
