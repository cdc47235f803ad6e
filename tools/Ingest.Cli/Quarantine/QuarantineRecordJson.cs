using System.Text.Json;
using Ingest.Storage.Quarantine;

namespace Ingest.Cli.Quarantine;

/// <summary>A record as the commands' JSON shows it.</summary>
/// <param name="Body">Only where it is JSON or other text; otherwise <paramref name="BodyBase64"/>.</param>
public sealed record QuarantineRecordJson(
    string Origin, DateTimeOffset Enqueued, DateTimeOffset Ingested, string? Stream, string Reason, string Stage, string? Path, string Detail,
    string? PartitionKey, string? ContentType, string? ContentEncoding, bool IsWholeEvent, long? LastSequence,
    JsonElement? Properties, JsonElement? SystemProperties, int BodyBytes, string? Body, string? BodyBase64, string PipelineVersion)
{
    /// <param name="mayBeText">Whether the body is shown as text where it is one; else always in Base64.</param>
    public static QuarantineRecordJson Of(QuarantineRow row, bool mayBeText)
    {
        ArgumentNullException.ThrowIfNull(row);
        var text = mayBeText ? BodyText.TryRead(row.Body) : null;
        return new QuarantineRecordJson(
            row.Origin.ToString(), row.Enqueued, row.Ingested, row.Stream, row.Code, row.Stage, row.Path, row.Detail, row.Key, row.ContentType,
            row.ContentEncoding, row.IsWholeEvent, row.LastSequence == row.Origin.Sequence ? null : row.LastSequence,
            Element(row.Properties), Element(row.SystemProperties), row.Body.Length, text, text is null ? Convert.ToBase64String(row.Body) : null,
            row.PipelineVersion);
    }

    private static JsonElement? Element(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
