using System.Globalization;
using System.Text;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// The documents that one schema is made of: finds schemas by URI, anchor and pointer, and reads in what is referred to. Only at
/// start-up.
/// </summary>
internal sealed class SchemaRegistry(ISchemaResolver? resolver, ICollection<ConfigurationError> errors)
{
    private readonly Dictionary<string, SchemaResource?> resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaVocabularies> dialects = new(StringComparer.Ordinal) { [MetaSchemas.Draft202012] = SchemaVocabularies.Standard };
    private readonly Dictionary<SchemaValue, SchemaResource> owners = new(ReferenceEqualityComparer.Instance);

    /// <summary>Every document that was read, the first one first; without the built-in meta-schemas.</summary>
    public List<SchemaSource> Sources { get; } = [];

    /// <summary>null where the document is not JSON, which is reported.</summary>
    public LocatedSchema? Load(SchemaSource source)
    {
        Sources.Add(source);
        return Load(source, source.Uri ?? $"schema:///{source.File}");
    }

    public LocatedSchema Locate(SchemaValue value) => new(value, owners[value]);

    /// <summary>What a reference means; null where it leads nowhere, which is reported at the reference.</summary>
    public LocatedSchema? Resolve(SchemaValue reference, SchemaResource from, out bool isDynamicAnchor)
    {
        isDynamicAnchor = false;
        var (uri, fragment) = SchemaUri.Resolve(from.Uri, reference.Text);
        if (Find(uri, reference, from) is not { } resource)
        {
            return null;
        }

        if (fragment.Length == 0)
        {
            return Locate(resource.Root);
        }

        if (fragment[0] == '/')
        {
            if (Navigate(resource, fragment) is { } found)
            {
                return found;
            }

            Report(reference, from, $"\"{reference.Text}\" leads nowhere: there is no {fragment} in {resource.Source.File}.");
            return null;
        }

        if (resource.Anchors.TryGetValue(fragment, out var anchored))
        {
            isDynamicAnchor = resource.DynamicAnchors.ContainsKey(fragment);
            return Locate(anchored);
        }

        Report(reference, from, $"\"{reference.Text}\" leads nowhere: no schema of {resource.Source.File} has the anchor \"{fragment}\".{Spelling.Suggest(fragment, resource.Anchors.Keys)}");
        return null;
    }

    private LocatedSchema? Load(SchemaSource source, string uri)
    {
        if (SchemaDocument.Parse(source, errors) is not { } root)
        {
            resources[uri] = null;
            return null;
        }

        // Known by where it was found, too, whatever it calls itself.
        var resource = AddResource(root, uri, source, SchemaVocabularies.Standard, null);
        resources[uri] = resource;
        Walk(root, resource);
        return Locate(root);
    }

    private SchemaResource? Find(string uri, SchemaValue reference, SchemaResource from)
    {
        if (resources.TryGetValue(uri, out var known))
        {
            return known;
        }

        try
        {
            if (MetaSchemas.Find(uri) is { } builtIn)
            {
                return Load(builtIn, uri)?.Resource;
            }

            if (resolver?.Resolve(uri) is { } source)
            {
                Sources.Add(source);
                return Load(source, uri)?.Resource;
            }

            Report(reference, from, $"\"{reference.Text}\" leads nowhere: there is no schema {uri}.{Spelling.Suggest(uri, resources.Keys)}");
        }
        catch (IOException exception)
        {
            Report(reference, from, $"The schema {uri} cannot be read: {exception.Message}");
        }

        resources[uri] = null;
        return null;
    }

    private SchemaResource AddResource(SchemaValue root, string baseUri, SchemaSource source, SchemaVocabularies inherited, SchemaResource? parent)
    {
        var uri = baseUri;
        if (root.Find("$id") is { } id)
        {
            var (resolved, fragment) = SchemaUri.Resolve(baseUri, id.Text);
            uri = resolved;
            if (fragment.Length > 0)
            {
                errors.Add(new ConfigurationError(source.File, id.Line, id.Pointer, "An $id has no fragment; $anchor names a part of a schema."));
            }
        }

        var resource = new SchemaResource(uri, source, root, DialectOf(root, source, inherited));
        if (resources.GetValueOrDefault(uri) is { } other && !ReferenceEquals(other.Root, root) && (parent is not null || uri != baseUri))
        {
            errors.Add(new ConfigurationError(source.File, root.Line, root.Pointer, $"Two schemas have the $id {uri}."));
        }

        resources[uri] = resource;
        return resource;
    }

    private SchemaVocabularies DialectOf(SchemaValue root, SchemaSource source, SchemaVocabularies inherited)
    {
        if (root.Find("$schema") is not { Kind: JsonTypes.String } named)
        {
            return inherited;
        }

        var uri = named.Text.TrimEnd('#');
        if (dialects.TryGetValue(uri, out var vocabularies))
        {
            return vocabularies;
        }

        var report = (string message) => errors.Add(new ConfigurationError(source.File, named.Line, named.Pointer, message));
        vocabularies = SchemaVocabularies.Standard;
        if (MetaSchemas.Find(uri) is null && uri.Contains("//json-schema.org/", StringComparison.Ordinal))
        {
            report($"The dialect {uri} is not supported; write the schema in {MetaSchemas.Draft202012}.");
        }
        else if (FindMetaSchema(uri, report) is not { } meta)
        {
            report($"There is no meta-schema {uri}; the usual one is {MetaSchemas.Draft202012}.");
        }
        else if (SchemaDocument.Parse(meta, errors)?.Find("$vocabulary") is { Kind: JsonTypes.Object } list)
        {
            vocabularies = SchemaVocabularies.Core;
            foreach (var member in list.Members)
            {
                var isKnown = SchemaKeywords.VocabularyByUri.TryGetValue(member.Name, out var vocabulary);
                vocabularies |= vocabulary;
                if (!isKnown && member.Value.Text == "true")
                {
                    report($"The meta-schema {uri} requires the vocabulary {member.Name}, which is not supported.");
                }
            }
        }

        return dialects[uri] = vocabularies;
    }

    private SchemaSource? FindMetaSchema(string uri, Action<string> report)
    {
        if (MetaSchemas.Find(uri) is { } builtIn)
        {
            return builtIn;
        }

        try
        {
            if (resolver?.Resolve(uri) is { } source)
            {
                Sources.Add(source);
                return source;
            }
        }
        catch (IOException exception)
        {
            report($"The meta-schema {uri} cannot be read: {exception.Message}");
        }

        return null;
    }

    /// <summary>Notes who owns each schema below a value, and the names that they have.</summary>
    private void Walk(SchemaValue schema, SchemaResource resource)
    {
        if (!owners.TryAdd(schema, resource) || schema.Kind != JsonTypes.Object)
        {
            return;
        }

        Name(schema, resource, "$anchor", resource.Anchors);
        Name(schema, resource, "$dynamicAnchor", resource.DynamicAnchors);
        foreach (var member in schema.Members)
        {
            switch (SchemaKeywords.ShapeOf(member.Name))
            {
                case SubschemaShape.One:
                    WalkPart(member.Value, resource);
                    break;
                case SubschemaShape.List:
                    member.Value.Items.ForEach(item => WalkPart(item, resource));
                    break;
                case SubschemaShape.Map or SubschemaShape.MapOrNames:
                    member.Value.Members.ForEach(part => WalkPart(part.Value, resource));
                    break;
            }
        }
    }

    private void WalkPart(SchemaValue schema, SchemaResource resource)
    {
        if (schema.Kind == JsonTypes.Object && schema.Find("$id") is { Kind: JsonTypes.String })
        {
            resource = AddResource(schema, resource.Uri, resource.Source, resource.Vocabularies, resource);
        }

        Walk(schema, resource);
    }

    private void Name(SchemaValue schema, SchemaResource resource, string keyword, Dictionary<string, SchemaValue> names)
    {
        if (schema.Find(keyword) is not { } value)
        {
            return;
        }

        if (value.Kind != JsonTypes.String || !IsAnchor(value.Text))
        {
            Report(value, resource, $"{keyword} is a name of letters, digits, -, _ and ., beginning with a letter or _.");
            return;
        }

        if (resource.Anchors.TryGetValue(value.Text, out var other) && !ReferenceEquals(other, schema))
        {
            Report(value, resource, $"Two schemas have the anchor \"{value.Text}\".");
        }

        resource.Anchors[value.Text] = schema;
        names[value.Text] = schema;
    }

    private static bool IsAnchor(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private LocatedSchema? Navigate(SchemaResource resource, string pointer)
    {
        if (JsonPointer.Parse(pointer) is not { } tokens)
        {
            return null;
        }

        var value = resource.Root;
        foreach (var token in tokens)
        {
            var next = value.Kind == JsonTypes.Object ? value.Find(token)
                : value.Kind == JsonTypes.Array && IndexOf(token) is var index && index < value.Items.Count ? value.Items[index]
                : null;
            if (next is null)
            {
                return null;
            }

            value = next;
            resource = owners.GetValueOrDefault(value, resource);
        }

        // A reference may point into a keyword that says nothing about schemas; then it is one because it is referred to.
        if (!owners.ContainsKey(value))
        {
            WalkPart(value, resource);
        }

        return Locate(value);
    }

    /// <summary>The index that a token of a pointer means; RFC 6901 knows none with a leading zero.</summary>
    private static int IndexOf(string token) =>
        (token.Length == 1 || !token.StartsWith('0')) && int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue;

    private void Report(SchemaValue at, SchemaResource resource, string message) =>
        errors.Add(new ConfigurationError(resource.Source.File, at.Line, at.Pointer, message));
}
