namespace Ingest.Pipeline.Schemas;

/// <summary>The keywords for objects.</summary>
internal sealed class ObjectRules
{
    private Utf8Lookup lookup = new([]);

    /// <summary>Every property that a keyword names.</summary>
    public PropertyRule[] Properties { get; private set; } = [];

    public PatternRule[] Patterns { get; set; } = [];

    /// <summary>For properties that neither name nor pattern covers; null where anything may be.</summary>
    public Rule? Additional { get; set; }

    public Rule? Names { get; set; }

    public long MinProperties { get; set; }

    public long MaxProperties { get; set; } = long.MaxValue;

    /// <summary>Where the first property is, the others have to be.</summary>
    public (int Property, int[] Needed)[] DependentRequired { get; set; } = [];

    public (int Property, string Keyword, Rule Rule)[] DependentSchemas { get; set; } = [];

    /// <summary>The required ones, a bit each, where there are at most 64 properties.</summary>
    public ulong RequiredBits { get; private set; }

    /// <summary>64-bit words for one bit a property.</summary>
    public int Words => (Properties.Length + 63) / 64;

    /// <summary>First of this object's slots among the guesses of a validator: one for the beginning, then one a property.</summary>
    public int Slot { get; set; }

    /// <summary>Whether neither other properties nor their number have to be looked at.</summary>
    public bool IsSimple { get; private set; }

    /// <summary>Whether there is nothing but what a column's object plan can say.</summary>
    public bool IsOnlyProperties => IsSimple && DependentSchemas.Length == 0 && DependentRequired.Length == 0 && MinProperties == 0
        && (Additional is null || IsNever(Additional));

    public bool RefusesAdditional => Additional is not null && IsNever(Additional) && Patterns.Length == 0;

    public void Name(PropertyRule[] properties)
    {
        Properties = properties;
        lookup = new Utf8Lookup([.. properties.Select(p => p.Name)]);
        for (var i = 0; i < Math.Min(64, properties.Length); i++)
        {
            RequiredBits |= properties[i].IsRequired ? 1UL << i : 0;
        }

        IsSimple = Patterns.Length == 0 && Names is null && MaxProperties == long.MaxValue;
    }

    /// <summary>Index of the property, −1 where no keyword names it.</summary>
    public int Find(ReadOnlySpan<byte> name) => lookup.Find(name);

    private static bool IsNever(Rule rule) => rule.Types == JsonTypes.None;
}
