using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// One schema, compiled for validation. Where it holds <c>$dynamicRef</c>, one for each dynamic scope that it is reached in. Immutable
/// once compiled, and shared by all threads.
/// </summary>
internal sealed class Rule(SchemaValue source, SchemaResource resource)
{
    public SchemaValue Source { get; } = source;

    public SchemaResource Resource { get; } = resource;

    /// <summary>What <c>type</c> allows, narrowed by <c>enum</c> and <c>const</c>.</summary>
    public JsonTypes Types { get; set; } = JsonTypes.Any;

    public NumberRules? Number { get; set; }

    public TextRules? Text { get; set; }

    public AllowedValues[]? Allowed { get; set; }

    public ObjectRules? Object { get; set; }

    public ArrayRules? Array { get; set; }

    /// <summary>What other schemas say about the same value; null where none does.</summary>
    public InPlaceRules? InPlace { get; set; }

    /// <summary>Whether any JSON value is valid.</summary>
    public bool IsOpen => Types == JsonTypes.Any && IsOnlyTyped && Object is null && Array is null && InPlace is null;

    /// <summary>Whether a string or number needs no more than the right type.</summary>
    public bool IsOnlyTyped => Number is null && Text is null && Allowed is null;

    /// <summary>The only thing that the schema says is <c>$ref</c>: whoever means it can as well mean its target.</summary>
    public bool IsAlias => InPlace is { IsOneReference: true } && Types == JsonTypes.Any && IsOnlyTyped && Object is null && Array is null;

    /// <summary>For messages: file and pointer of a keyword of this schema.</summary>
    public string Locate(string keyword) => $"{Resource.Source.File}#{Source.Pointer}{(keyword.Length == 0 ? "" : "/")}{keyword}";
}

/// <summary>The keywords that apply other schemas to the same value.</summary>
internal sealed class InPlaceRules
{
    /// <summary><c>$ref</c>, <c>$dynamicRef</c> and the members of <c>allOf</c>.</summary>
    public List<(string Keyword, Rule Rule)> All { get; } = [];

    public Rule[]? AnyOf { get; set; }

    public Rule[]? OneOf { get; set; }

    public Rule? Not { get; set; }

    public Rule? If { get; set; }

    public Rule? Then { get; set; }

    public Rule? Else { get; set; }

    public Rule? UnevaluatedProperties { get; set; }

    public Rule? UnevaluatedItems { get; set; }

    public bool IsOneReference =>
        All is [{ Keyword: "$ref" or "$dynamicRef" }] && IsConjunction && UnevaluatedProperties is null && UnevaluatedItems is null;

    /// <summary>Whether there is no more than <see cref="All"/> and unevaluated rules.</summary>
    public bool IsConjunction => AnyOf is null && OneOf is null && Not is null && If is null;

    /// <summary>Every schema that is applied to the same value.</summary>
    public IEnumerable<Rule> Targets =>
        All.Select(a => a.Rule).Concat(AnyOf ?? []).Concat(OneOf ?? []).Concat(new[] { Not, If, Then, Else }.OfType<Rule>());

    /// <summary>Puts the target of an alias in its place.</summary>
    public void Replace(Func<Rule, Rule> target)
    {
        for (var i = 0; i < All.Count; i++)
        {
            All[i] = (All[i].Keyword, target(All[i].Rule));
        }

        AnyOf = AnyOf?.Select(target).ToArray();
        OneOf = OneOf?.Select(target).ToArray();
        Not = Not is null ? null : target(Not);
        If = If is null ? null : target(If);
        Then = Then is null ? null : target(Then);
        Else = Else is null ? null : target(Else);
        UnevaluatedProperties = UnevaluatedProperties is null ? null : target(UnevaluatedProperties);
        UnevaluatedItems = UnevaluatedItems is null ? null : target(UnevaluatedItems);
    }
}

/// <summary>The keywords for arrays.</summary>
internal sealed class ArrayRules
{
    public Rule[] Prefix { get; set; } = [];

    /// <summary>For what comes behind the prefix; null where anything may.</summary>
    public Rule? Items { get; set; }

    public Rule? Contains { get; set; }

    public long MinContains { get; set; } = 1;

    public long MaxContains { get; set; } = long.MaxValue;

    public long MinItems { get; set; }

    public long MaxItems { get; set; } = long.MaxValue;

    public bool IsUnique { get; set; }

    /// <summary>Whether there is nothing but <c>items</c>, which a column can have.</summary>
    public bool IsOnlyItems => Prefix.Length == 0 && Contains is null && MinItems == 0 && MaxItems == long.MaxValue && !IsUnique;
}

/// <summary>A property that some keyword of an object schema names.</summary>
/// <param name="name">Unescaped UTF-8.</param>
internal sealed class PropertyRule(string text, byte[] name)
{
    public string Text { get; } = text;

    public byte[] Name { get; } = name;

    /// <summary>From <c>properties</c>; null where they do not name it.</summary>
    public Rule? Rule { get; set; }

    /// <summary>From the patterns that the name matches.</summary>
    public Rule[] Also { get; set; } = [];

    public bool IsRequired { get; set; }

    public KeyProbe Probe { get; } = new(name);
}

/// <param name="Source">The pattern as the schema has it.</param>
internal sealed record PatternRule(string Source, Regex Pattern)
{
    public required Rule Rule { get; set; }
}
