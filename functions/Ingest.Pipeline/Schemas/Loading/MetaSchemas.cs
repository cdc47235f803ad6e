using System.Reflection;

namespace Ingest.Pipeline.Schemas;

/// <summary>The meta-schemas of JSON Schema 2020-12, which schemas may refer to without having them at hand.</summary>
internal static class MetaSchemas
{
    public const string Draft202012 = "https://json-schema.org/draft/2020-12/schema";
    private const string Folder = "https://json-schema.org/draft/2020-12/";

    private static readonly string[] Parts =
        ["applicator", "content", "core", "format-annotation", "format-assertion", "meta-data", "unevaluated", "validation"];

    /// <summary>null where the URI names none of them.</summary>
    public static SchemaSource? Find(string uri) =>
        uri == Draft202012 ? Load("schema")
        : uri.StartsWith(Folder + "meta/", StringComparison.Ordinal) && Array.IndexOf(Parts, uri[(Folder.Length + 5)..]) >= 0 ? Load(uri[(Folder.Length + 5)..])
        : null;

    private static SchemaSource Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"MetaSchemas.{name}.json")
            ?? throw new InvalidOperationException($"The meta-schema {name} is not part of the assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return new SchemaSource($"{Folder}{(name == "schema" ? name : "meta/" + name)}", bytes.ToArray());
    }
}
