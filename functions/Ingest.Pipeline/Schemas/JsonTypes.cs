namespace Ingest.Pipeline.Schemas;

/// <summary>JSON Schema's types as a set. A whole number is <see cref="Integer"/>, however it is written (<c>1.0</c>, <c>1e2</c>).</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Fraction = 8,
    Number = Integer | Fraction,
    String = 16,
    Array = 32,
    Object = 64,
    Any = Null | Boolean | Number | String | Array | Object,
}

internal static class JsonTypeNames
{
    /// <summary>What a <c>type</c> keyword may say, with what it means.</summary>
    public static readonly IReadOnlyDictionary<string, JsonTypes> ByName = new Dictionary<string, JsonTypes>(StringComparer.Ordinal)
    {
        ["null"] = JsonTypes.Null,
        ["boolean"] = JsonTypes.Boolean,
        ["integer"] = JsonTypes.Integer,
        ["number"] = JsonTypes.Number,
        ["string"] = JsonTypes.String,
        ["array"] = JsonTypes.Array,
        ["object"] = JsonTypes.Object,
    };

    /// <summary>For messages: <c>an integer or null</c>.</summary>
    public static string Describe(JsonTypes types)
    {
        if (types == JsonTypes.None)
        {
            return "nothing";
        }

        List<string> names = [];
        Add(JsonTypes.Object, "an object");
        Add(JsonTypes.Array, "an array");
        Add(JsonTypes.String, "a string");
        if ((types & JsonTypes.Number) == JsonTypes.Number)
        {
            names.Add("a number");
        }
        else
        {
            Add(JsonTypes.Integer, "an integer");
            Add(JsonTypes.Fraction, "a fraction");
        }

        Add(JsonTypes.Boolean, "a boolean");
        Add(JsonTypes.Null, "null");
        return string.Join(" or ", names);

        void Add(JsonTypes type, string name)
        {
            if ((types & type) != 0)
            {
                names.Add(name);
            }
        }
    }
}
