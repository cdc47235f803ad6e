using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Ingest.Storage.Tables;

/// <summary>What the service says about one entity group transaction: all of it was done, or nothing.</summary>
/// <param name="Status">HTTP status of the operation that failed, or of the whole request; 0 where all was done.</param>
/// <param name="Code">The service's error code, empty where it gave none.</param>
/// <param name="Index">The operation that failed, from 0; null where the service names none.</param>
/// <param name="ETags">One an operation; empty unless asked for, or where nothing was done.</param>
internal sealed record TransactionAnswer(int Status, string Code, int? Index, IReadOnlyList<string> ETags)
{
    private static readonly TransactionAnswer Done = new(0, "", null, []);

    public bool IsDone => Status == 0;

    /// <summary>Reads the multipart answer to a transaction; null where it is cut short or no such answer.</summary>
    /// <param name="operations">How many operations must have been answered.</param>
    public static TransactionAnswer? Parse(ReadOnlySpan<byte> body, int operations, bool wantsETags)
    {
        var etags = wantsETags ? new List<string>(operations) : null;
        var answered = 0;
        while (StatusLine(ref body) is { } status)
        {
            if (status is < 200 or > 299)
            {
                return Failure(status, body);
            }

            answered++;
            etags?.Add(ETag(ref body));
        }

        return answered != operations ? null : etags is null ? Done : new(0, "", null, etags);
    }

    /// <summary>Reads the body of an answer that refuses the request as a whole.</summary>
    public static TransactionAnswer Failure(int status, ReadOnlySpan<byte> body)
    {
        var (start, end) = (body.IndexOf((byte)'{'), body.LastIndexOf((byte)'}'));
        if (start < 0 || end < start)
        {
            return new(status, "", null, []);
        }

        try
        {
            var reader = new Utf8JsonReader(body[start..(end + 1)]);
            using var json = JsonDocument.ParseValue(ref reader);
            var error = json.RootElement.GetProperty("odata.error");
            var message = error.GetProperty("message").GetProperty("value").GetString() ?? "";
            return new(status, error.GetProperty("code").GetString() ?? "", IndexIn(message), []);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // An answer of something between us and the service; its status says enough.
            return new(status, "", null, []);
        }
    }

    /// <summary>The message begins with the operation's index and a colon.</summary>
    private static int? IndexIn(string message)
    {
        var colon = message.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(message.AsSpan(0, colon), System.Globalization.NumberStyles.None, null, out var index) ? index : null;
    }

    /// <summary>Goes behind the next status line.</summary>
    private static int? StatusLine(ref ReadOnlySpan<byte> body)
    {
        while (body.IndexOf("HTTP/1.1 "u8) is >= 0 and var at)
        {
            var isLine = at > 0 && body[at - 1] == '\n';
            body = body[(at + "HTTP/1.1 ".Length)..];
            if (isLine && Utf8Parser.TryParse(body, out int status, out _))
            {
                return status;
            }
        }

        return null;
    }

    private static string ETag(ref ReadOnlySpan<byte> body)
    {
        while (true)
        {
            var end = body.IndexOf((byte)'\n');
            var line = body[..Math.Max(end, 0)].TrimEnd((byte)'\r');
            body = body[(end + 1)..];
            if (line.Length >= 5 && Ascii.EqualsIgnoreCase(line[..5], "etag:"u8))
            {
                return Encoding.ASCII.GetString(line[5..].Trim((byte)' '));
            }

            if (line.IsEmpty)
            {
                return "";
            }
        }
    }
}
