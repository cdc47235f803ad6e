using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ingest.Cli.Quarantine;

/// <summary>A record's bytes as people can read them.</summary>
internal static class BodyText
{
    private const int HexBytes = 512;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text; null where the bytes are none.</summary>
    public static string? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            var text = Strict.GetString(body);
            return text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static bool IsJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Sixteen bytes a line: offset, hex, printable characters.</summary>
    public static string Hex(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder();
        for (var at = 0; at < Math.Min(body.Length, HexBytes); at += 16)
        {
            var line = body[at..Math.Min(at + 16, body.Length)];
            text.Append(CultureInfo.InvariantCulture, $"{at:x8}  ");
            foreach (var one in line)
            {
                text.Append(CultureInfo.InvariantCulture, $"{one:x2} ");
            }

            text.Append(' ', ((16 - line.Length) * 3) + 1);
            foreach (var one in line)
            {
                text.Append(one is >= 0x20 and < 0x7f ? (char)one : '.');
            }

            text.AppendLine();
        }

        return body.Length > HexBytes
            ? text.Append(CultureInfo.InvariantCulture, $"… {body.Length - HexBytes} more bytes: ingest quarantine export").AppendLine().ToString()
            : text.ToString();
    }
}
