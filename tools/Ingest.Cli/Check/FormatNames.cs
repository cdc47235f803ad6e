using Ingest.Pipeline.Decoding;

namespace Ingest.Cli.Check;

/// <summary>Payload formats as streams.json spells them.</summary>
public static class FormatNames
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
    };

    public static IEnumerable<string> All => Formats.Keys;

    public static PayloadFormat? Parse(string text) => Formats.TryGetValue(text, out var format) ? format : null;

    /// <summary>A format that only the pipeline knows is named as its type is.</summary>
    public static string ToText(this PayloadFormat format) =>
        Formats.FirstOrDefault(f => f.Value == format).Key ?? format.ToString().ToLowerInvariant();
}
