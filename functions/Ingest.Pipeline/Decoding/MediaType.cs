namespace Ingest.Pipeline.Decoding;

/// <summary>Content types without case and parameters.</summary>
internal static class MediaType
{
    /// <summary>Type and subtype; empty where there is none.</summary>
    public static ReadOnlySpan<char> Of(string? contentType)
    {
        var type = contentType.AsSpan();
        var semicolon = type.IndexOf(';');
        return (semicolon < 0 ? type : type[..semicolon]).Trim();
    }

    public static bool IsJson(ReadOnlySpan<char> type) =>
        Is(type, "application/json") || Is(type, "text/json") || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    public static bool IsNdJson(ReadOnlySpan<char> type) =>
        Is(type, "application/x-ndjson") || Is(type, "application/ndjson") || Is(type, "application/jsonl") || Is(type, "application/x-jsonlines");


    public static bool IsCloudEvents(ReadOnlySpan<char> type) => type.StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>avro/binary</c>, also with a schema id behind a plus sign.</summary>
    public static bool IsAvro(ReadOnlySpan<char> type) =>
        Is(type, "avro/binary") || type.StartsWith("avro/binary+", StringComparison.OrdinalIgnoreCase) || Is(type, "application/avro")
        || Is(type, "application/vnd.apache.avro+binary") || Is(type, "application/x-avro");

    public static bool IsProtobuf(ReadOnlySpan<char> type) =>
        Is(type, "application/x-protobuf") || Is(type, "application/protobuf") || Is(type, "application/vnd.google.protobuf");

    public static bool IsCsv(ReadOnlySpan<char> type) => Is(type, "text/csv") || Is(type, "application/csv");

    private static bool Is(ReadOnlySpan<char> type, string name) => type.Equals(name, StringComparison.OrdinalIgnoreCase);
}
