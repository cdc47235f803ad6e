namespace Ingest.Pipeline.Schemas;

/// <summary>The vocabularies of JSON Schema 2020-12.</summary>
[Flags]
internal enum SchemaVocabularies
{
    None = 0,
    Core = 1,
    Applicator = 2,
    Unevaluated = 4,
    Validation = 8,
    MetaData = 16,
    FormatAnnotation = 32,
    FormatAssertion = 64,
    Content = 128,
    Standard = Core | Applicator | Unevaluated | Validation | MetaData | FormatAnnotation | Content,
}

/// <summary>Where a keyword holds other schemas.</summary>
internal enum SubschemaShape
{
    None,
    One,
    List,
    Map,

    /// <summary>A map whose values are schemas or arrays of names.</summary>
    MapOrNames,
}

/// <summary>Every keyword of JSON Schema 2020-12, and the two that it keeps for older schemas.</summary>
internal static class SchemaKeywords
{
    private const string Prefix = "https://json-schema.org/draft/2020-12/vocab/";

    public static readonly IReadOnlyDictionary<string, SchemaVocabularies> VocabularyByUri = new Dictionary<string, SchemaVocabularies>(StringComparer.Ordinal)
    {
        [Prefix + "core"] = SchemaVocabularies.Core,
        [Prefix + "applicator"] = SchemaVocabularies.Applicator,
        [Prefix + "unevaluated"] = SchemaVocabularies.Unevaluated,
        [Prefix + "validation"] = SchemaVocabularies.Validation,
        [Prefix + "meta-data"] = SchemaVocabularies.MetaData,
        [Prefix + "format-annotation"] = SchemaVocabularies.FormatAnnotation,
        [Prefix + "format-assertion"] = SchemaVocabularies.FormatAssertion,
        [Prefix + "content"] = SchemaVocabularies.Content,
    };

    private static readonly Dictionary<string, (SchemaVocabularies Vocabulary, SubschemaShape Shape)> Known = new(StringComparer.Ordinal)
    {
        ["$schema"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["$vocabulary"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["$id"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["$anchor"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["$dynamicAnchor"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["$ref"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["$dynamicRef"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["$defs"] = (SchemaVocabularies.Core, SubschemaShape.Map),
        ["$comment"] = (SchemaVocabularies.Core, SubschemaShape.None),
        ["definitions"] = (SchemaVocabularies.Core, SubschemaShape.Map),
        ["allOf"] = (SchemaVocabularies.Applicator, SubschemaShape.List),
        ["anyOf"] = (SchemaVocabularies.Applicator, SubschemaShape.List),
        ["oneOf"] = (SchemaVocabularies.Applicator, SubschemaShape.List),
        ["not"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["if"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["then"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["else"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["dependentSchemas"] = (SchemaVocabularies.Applicator, SubschemaShape.Map),
        ["dependencies"] = (SchemaVocabularies.Applicator, SubschemaShape.MapOrNames),
        ["prefixItems"] = (SchemaVocabularies.Applicator, SubschemaShape.List),
        ["items"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["contains"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["properties"] = (SchemaVocabularies.Applicator, SubschemaShape.Map),
        ["patternProperties"] = (SchemaVocabularies.Applicator, SubschemaShape.Map),
        ["additionalProperties"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["propertyNames"] = (SchemaVocabularies.Applicator, SubschemaShape.One),
        ["unevaluatedItems"] = (SchemaVocabularies.Unevaluated, SubschemaShape.One),
        ["unevaluatedProperties"] = (SchemaVocabularies.Unevaluated, SubschemaShape.One),
        ["type"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["enum"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["const"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["multipleOf"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["maximum"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["exclusiveMaximum"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["minimum"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["exclusiveMinimum"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["maxLength"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["minLength"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["pattern"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["maxItems"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["minItems"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["uniqueItems"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["maxContains"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["minContains"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["maxProperties"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["minProperties"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["required"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["dependentRequired"] = (SchemaVocabularies.Validation, SubschemaShape.None),
        ["title"] = (SchemaVocabularies.MetaData, SubschemaShape.None),
        ["description"] = (SchemaVocabularies.MetaData, SubschemaShape.None),
        ["default"] = (SchemaVocabularies.MetaData, SubschemaShape.None),
        ["deprecated"] = (SchemaVocabularies.MetaData, SubschemaShape.None),
        ["readOnly"] = (SchemaVocabularies.MetaData, SubschemaShape.None),
        ["writeOnly"] = (SchemaVocabularies.MetaData, SubschemaShape.None),
        ["examples"] = (SchemaVocabularies.MetaData, SubschemaShape.None),
        ["format"] = (SchemaVocabularies.FormatAnnotation | SchemaVocabularies.FormatAssertion, SubschemaShape.None),
        ["contentEncoding"] = (SchemaVocabularies.Content, SubschemaShape.None),
        ["contentMediaType"] = (SchemaVocabularies.Content, SubschemaShape.None),
        ["contentSchema"] = (SchemaVocabularies.Content, SubschemaShape.One),
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static bool IsKnown(string keyword) => Known.ContainsKey(keyword);

    /// <summary>Whether a dialect of these vocabularies knows the keyword.</summary>
    public static bool IsIn(string keyword, SchemaVocabularies vocabularies) =>
        Known.TryGetValue(keyword, out var known) && (known.Vocabulary & vocabularies) != 0;

    public static SubschemaShape ShapeOf(string keyword) => Known.GetValueOrDefault(keyword).Shape;
}
