namespace Ingest.Pipeline.Schemas;

/// <summary>A schema with an identifier of its own: a whole document, or a part of one that says <c>$id</c>.</summary>
/// <param name="uri">Absolute, without fragment; what references inside it are relative to.</param>
internal sealed class SchemaResource(string uri, SchemaSource source, SchemaValue root, SchemaVocabularies vocabularies)
{
    public string Uri { get; } = uri;

    public SchemaSource Source { get; } = source;

    public SchemaValue Root { get; } = root;

    /// <summary>What the keywords inside it may mean.</summary>
    public SchemaVocabularies Vocabularies { get; } = vocabularies;

    /// <summary>Schemas by the names that <c>$anchor</c> and <c>$dynamicAnchor</c> give them.</summary>
    public Dictionary<string, SchemaValue> Anchors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SchemaValue> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}

/// <summary>A schema where it stands.</summary>
internal readonly record struct LocatedSchema(SchemaValue Value, SchemaResource Resource);
