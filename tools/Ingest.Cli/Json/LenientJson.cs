using System.Text.Json;

namespace Ingest.Cli.Json;

/// <summary>How JSON is read that people write: with comments and commas at the end.</summary>
public static class LenientJson
{
    public static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
}
