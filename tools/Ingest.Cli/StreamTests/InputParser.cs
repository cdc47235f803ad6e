using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.StreamTests;

/// <summary><c>input</c> of a case: the event as the hub would hold it.</summary>
internal sealed class InputParser(TestReader reader)
{
    // Fixed, so that a test about maxAge or maxAhead means the same tomorrow.
    private static readonly DateTimeOffset DefaultEnqueued = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null where there is no body to send; other mistakes are reported as well.</summary>
    public IncomingEvent? Parse(LocatedValue node)
    {
        if (!reader.IsObject(node, "\"input\"", "body", "text", "base64", "properties", "systemProperties", "contentType", "partitionKey", "enqueued", "hub")
            || Body(node) is not { } body)
        {
            return null;
        }

        return new IncomingEvent
        {
            Body = body,
            SequenceNumber = 0,
            EnqueuedUnixMs = Enqueued(node).ToUnixTimeMilliseconds(),
            ContentType = reader.Text(node, "contentType"),
            PartitionKey = reader.Text(node, "partitionKey"),
            FromDeviceHub = Hub(node) == "devices",
            Properties = Properties(node, "properties"),
            SystemProperties = Properties(node, "systemProperties"),
        };
    }

    private string? Hub(LocatedValue node)
    {
        var hub = reader.Text(node, "hub");
        if (hub is not (null or "telemetry" or "devices"))
        {
            reader.Report(node.Find("hub")!, $"\"hub\" is \"telemetry\", the hub of all senders, or \"devices\", the hub of IoT Hub, not \"{hub}\".");
        }

        return hub;
    }

    private Dictionary<string, object>? Properties(LocatedValue node, string key) =>
        node.Find(key) is { } properties && reader.IsObject(properties, $"\"{key}\"") ? reader.Scalars(properties) : null;

    private ReadOnlyMemory<byte>? Body(LocatedValue node)
    {
        var given = new[] { "body", "text", "base64" }.Where(k => node.Find(k) is not null).ToArray();
        if (given.Length != 1)
        {
            reader.Report(node, $"\"input\" needs one of \"body\" (JSON), \"text\" or \"base64\"{(given.Length == 0 ? "" : $", not {string.Join(" and ", given)}")}.");
            return null;
        }

        var value = node.Find(given[0])!;
        if (given[0] == "body")
        {
            return Json(value);
        }

        if (reader.Text(node, given[0]) is not { } text)
        {
            return null;
        }

        if (given[0] == "text")
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length))
        {
            return bytes.AsMemory(0, length);
        }

        reader.Report(value, "\"base64\" is not Base64.");
        return null;
    }

    // The bytes as they were written: spelling of numbers, order of keys and all.
    private ReadOnlyMemory<byte>? Json(LocatedValue value)
    {
        try
        {
            var strict = new Utf8JsonReader(value.Raw.Span, new JsonReaderOptions { MaxDepth = 128 });
            while (strict.Read())
            {
            }

            return value.Raw;
        }
        catch (JsonException)
        {
            reader.Report(value, "A body is sent exactly as it is written here, and this one holds a comment or a trailing comma; to send such, use \"text\".");
            return null;
        }
    }

    private DateTimeOffset Enqueued(LocatedValue node)
    {
        if (reader.Text(node, "enqueued") is not { } text)
        {
            return DefaultEnqueued;
        }

        if (Rfc3339Text.TryParse(text, out var time))
        {
            return time;
        }

        reader.Report(node.Find("enqueued")!, $"\"enqueued\" must be a time such as \"2026-01-01T00:00:00Z\", not \"{text}\".");
        return DefaultEnqueued;
    }
}

/// <summary>Times as people write them into test files and on the command line.</summary>
internal static class Rfc3339Text
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Only with an offset: without one, the machine's time zone would decide.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        return (text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-'))
            && DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }
}
