using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>
/// The files that a stream's schema may refer to: those beside streams.json or below it, relative to the file that refers. An
/// <c>$id</c> of the stream's schema names its folder otherwise, and does not move it.
/// </summary>
internal sealed class SchemaFiles : ISchemaResolver
{
    private const string Root = "schema:///";
    private readonly IStreamFiles files;
    private readonly string folder;
    private readonly string? folderUri;

    public SchemaFiles(IStreamFiles files, string path, byte[] schema)
    {
        this.files = files;
        folder = path[..(path.LastIndexOf('/') + 1)];
        var id = SchemaDocument.Parse(new SchemaSource(path, schema), [])?.Find("$id") is { Kind: JsonTypes.String } text ? text.Text : null;
        folderUri = id is not null && SchemaUri.IsAbsolute(id) && id.Contains('/', StringComparison.Ordinal) ? id[..(id.LastIndexOf('/') + 1)] : null;
    }

    public SchemaSource? Resolve(string uri)
    {
        var path = uri.StartsWith(Root, StringComparison.Ordinal) ? uri[Root.Length..]
            : folderUri is not null && uri.StartsWith(folderUri, StringComparison.Ordinal) ? folder + uri[folderUri.Length..]
            : null;
        path = path is null ? null : Uri.UnescapeDataString(path);
        if (string.IsNullOrEmpty(path) || Path.IsPathRooted(path) || path.Split('/', '\\').Contains(".."))
        {
            return null;
        }

        try
        {
            return files.Read(path) is { } bytes ? new SchemaSource(path, bytes) : null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
