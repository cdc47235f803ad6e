using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.Check;

/// <summary>A file of records, taken as one packed event: the pipeline's own reader splits it, broken records and all.</summary>
/// <param name="Format">How the file packs its records, whatever the stream's own format is.</param>
public sealed record RecordFile(string Path, PayloadFormat Format, IncomingEvent Event)
{
    /// <summary>Files, unlike events, may be large; the reader's other limits stay those of production.</summary>
    public static readonly DecodingOptions Limits = new()
    {
        MaxDecompressedBytes = 256 * 1024 * 1024,
        MaxCompressionRatio = 100_000,
        MaxRecordsPerEvent = 1_000_000,
    };

    private static readonly Dictionary<string, string> Encodings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".gz"] = "gzip",
        [".br"] = "br",
        [".zst"] = "zstd",
    };

    /// <param name="format">Null: by the file's name and beginning.</param>
    /// <exception cref="CommandException">The file cannot be read, or is too large.</exception>
    public static RecordFile Read(string path, PayloadFormat? format, DateTimeOffset enqueued)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: var length } && length > Limits.MaxDecompressedBytes)
            {
                throw new CommandException(
                    ExitCode.CannotBeDone, $"{path} has {length} bytes; a file of at most {Limits.MaxDecompressedBytes} can be checked at once. Split it.");
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be read: {e.Message}", e);
        }

        var extension = System.IO.Path.GetExtension(path);
        var encoding = Encodings.GetValueOrDefault(extension);
        var name = encoding is null ? path : path[..^extension.Length];
        var source = new IncomingEvent
        {
            Body = bytes,
            SequenceNumber = 0,
            EnqueuedUnixMs = enqueued.ToUnixTimeMilliseconds(),
            Properties = encoding is null ? null : new Dictionary<string, object> { ["content-encoding"] = encoding },
        };
        return new RecordFile(path, format ?? FormatOf(name, encoding is null ? bytes : default), source);
    }

    private static PayloadFormat FormatOf(string name, ReadOnlySpan<byte> text)
    {
        if (System.IO.Path.GetExtension(name).ToLowerInvariant() is ".ndjson" or ".jsonl")
        {
            return PayloadFormat.NdJson;
        }

        if (text.StartsWith(Encoding.UTF8.Preamble))
        {
            text = text[Encoding.UTF8.Preamble.Length..];
        }

        text = text.TrimStart(" \t\r\n"u8);
        return text.StartsWith("["u8) ? PayloadFormat.JsonArray
            : IsFirstLineWhole(text) ? PayloadFormat.NdJson
            : PayloadFormat.Json;
    }

    // Many write NDJSON into files called .json: then the first line is a whole value, and something follows.
    private static bool IsFirstLineWhole(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        if (end < 0 || text[end..].Trim(" \t\r\n"u8).IsEmpty)
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(text[..end]);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
