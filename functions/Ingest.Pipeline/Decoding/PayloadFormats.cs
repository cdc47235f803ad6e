namespace Ingest.Pipeline.Decoding;

/// <summary>Payload formats as <c>streams.json</c> spells them.</summary>
public static class PayloadFormats
{
    private static readonly Dictionary<string, PayloadFormat> Formats = new(StringComparer.Ordinal)
    {
        ["json"] = PayloadFormat.Json,
        ["ndjson"] = PayloadFormat.NdJson,
        ["json-array"] = PayloadFormat.JsonArray,
        ["cloudevents"] = PayloadFormat.CloudEvents,
        ["avro"] = PayloadFormat.Avro,
        ["protobuf"] = PayloadFormat.Protobuf,
        ["csv"] = PayloadFormat.Csv,
        ["auto"] = PayloadFormat.Auto,
    };

    /// <summary>All of them by their spelling.</summary>
    public static IReadOnlyDictionary<string, PayloadFormat> ByName => Formats;

    /// <summary>The spelling.</summary>
    public static string ToText(this PayloadFormat format) => Formats.First(f => f.Value == format).Key;
}
