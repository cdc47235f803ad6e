namespace Ingest.Pipeline.Schemas;

/// <summary>How a value is read: into which kind of column, or only checked.</summary>
internal enum NodeKind
{
    /// <summary>Checked against the rules; goes nowhere by itself.</summary>
    Check,

    /// <summary>Checked, and its text goes to a JSON column.</summary>
    Json,

    /// <summary>An object whose properties have columns of their own.</summary>
    Flatten,
    List,
    Int64,
    Double,
    Boolean,
    String,
    Timestamp,
    Date,
    Uuid,

    /// <summary>The stream's event time, in the format that the stream names.</summary>
    Time,
}

/// <summary>One schema, compiled. Immutable once compiled, and shared by all readers.</summary>
internal sealed class SchemaNode
{
    /// <summary>Path for messages.</summary>
    public string? File { get; init; }

    public required string Pointer { get; init; }

    public required int Line { get; init; }

    /// <summary>What <c>type</c> allows, narrowed by <c>enum</c> and <c>const</c>.</summary>
    public JsonTypes Types { get; set; } = JsonTypes.Any;

    public NodeKind Kind { get; set; }

    /// <summary>Index of the column among the reader's targets; −1 where the node has none.</summary>
    public int Target { get; set; } = -1;

    public NumberRules? Number { get; set; }

    public TextRules? Text { get; set; }

    public AllowedValues[]? Allowed { get; set; }

    public ObjectPlan? Object { get; set; }

    public SchemaNode? Items { get; set; }

    public TimeParser? Time { get; set; }

    /// <summary>All that the schema says, where nodes cannot say it and the value stays JSON: then the validator checks its span.</summary>
    public Rule? Rule { get; init; }

    /// <summary>Whether anything beyond the type has to be checked for a scalar value.</summary>
    public bool HasValueRules { get; set; }

    /// <summary>Whether any JSON value is valid.</summary>
    public bool IsOpen => Types == JsonTypes.Any && !HasValueRules && Object is null && Items is null && Rule is null;

    public bool Allows(JsonTypes type) => (Types & type) != 0;
}

/// <summary>The properties of an object schema.</summary>
internal sealed class ObjectPlan
{
    private readonly Utf8Lookup lookup;

    public ObjectPlan(PropertyPlan[] properties, bool allowsAdditional)
    {
        Properties = properties;
        AllowsAdditional = allowsAdditional;
        RequiredCount = properties.Count(p => p.IsRequired);
        lookup = new Utf8Lookup([.. properties.Select(p => p.Name)]);
    }

    public PropertyPlan[] Properties { get; }

    public bool AllowsAdditional { get; }

    public int RequiredCount { get; }

    /// <summary>First of this object's slots in a reader's memory: one for the object, then one a property.</summary>
    public int Slot { get; set; }

    /// <summary>Index of the property, −1 where the schema does not name it.</summary>
    public int Find(ReadOnlySpan<byte> name) => lookup.Find(name);
}

/// <param name="name">Unescaped UTF-8.</param>
/// <param name="node">null where only <c>required</c> names the property.</param>
internal sealed class PropertyPlan(string text, byte[] name, SchemaNode? node, bool isRequired)
{
    public string Text { get; } = text;

    public byte[] Name { get; } = name;

    public SchemaNode? Node { get; } = node;

    public bool IsRequired { get; } = isRequired;

    /// <summary><c>"name":</c> as most serializers write it, to be compared in one go.</summary>
    public KeyProbe Probe { get; } = new(name);
}
