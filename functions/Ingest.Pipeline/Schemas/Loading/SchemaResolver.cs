namespace Ingest.Pipeline.Schemas;

/// <summary>Finds the documents that a schema refers to. Called while compiling, from the thread that compiles.</summary>
public interface ISchemaResolver
{
    /// <summary>The document that an absolute URI without fragment names; null where there is none. Nothing is ever fetched from a network by itself.</summary>
    /// <exception cref="IOException">It is there but cannot be read: becomes a reported mistake.</exception>
    SchemaSource? Resolve(string uri);
}

/// <summary>A folder of schemas that stands for everything below one URI, such as <c>https://example.com/schemas/</c>.</summary>
public sealed class SchemaFolder : ISchemaResolver
{
    private readonly string folder;
    private readonly string baseUri;

    /// <param name="folder">Path of the folder.</param>
    /// <param name="baseUri">Absolute; a slash at its end is added where it lacks one.</param>
    public SchemaFolder(string folder, string baseUri)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(baseUri);
        this.folder = Path.GetFullPath(folder);
        this.baseUri = baseUri.EndsWith('/') ? baseUri : baseUri + "/";
    }

    public SchemaSource? Resolve(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.StartsWith(baseUri, StringComparison.Ordinal))
        {
            return null;
        }

        var relative = Uri.UnescapeDataString(uri[baseUri.Length..]);
        var path = Path.GetFullPath(Path.Combine(folder, relative));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(path)
            ? new SchemaSource(relative, File.ReadAllBytes(path))
            : null;
    }
}
