using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ingest.Benchmarks.Tables;

/// <summary>
/// Blob and Table Storage as far as a benchmark goes: reads each request whole, waits, and says that it was done; keeps nothing.
/// Speaks HTTP/1.1 on raw sockets, so that it costs little beside what is measured.
/// </summary>
/// <param name="latency">From the request's last byte to the answer's first.</param>
internal sealed class StorageServer(TimeSpan latency) : IAsyncDisposable
{
    private const string Part =
        "--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 204 No Content\r\n"
        + "X-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\nDataServiceVersion: 3.0;\r\nETag: W/\"datetime'2026-11-23T06%3A00%3A00.0000000Z'\"\r\n\r\n\r\n";

    private const string Time = "Mon, 23 Nov 2026 06:00:00 GMT";
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] Created = Head("201 Created", $"ETag: \"0x1\"\r\nLast-Modified: {Time}\r\n", "");
    private static readonly byte[] NoContent = Head("204 No Content", "ETag: W/\"datetime'2026-11-23T06%3A00%3A00.0000000Z'\"\r\n", null);
    private static readonly byte[] NotFound = TableError("404 Not Found", "ResourceNotFound");
    private static readonly byte[] TableExists = TableError("409 Conflict", "TableAlreadyExists");
    private static readonly byte[] EmptyList = Head(
        "200 OK", "Content-Type: application/xml\r\n",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"http://127.0.0.1/\" ContainerName=\"lake\"><Blobs /><NextMarker /></EnumerationResults>");

    private static readonly byte[][] Transactions = [.. Enumerable.Range(0, 101).Select(operations => Head(
        "202 Accepted", "Content-Type: multipart/mixed; boundary=batchresponse_1\r\n",
        "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n" + string.Concat(Enumerable.Repeat(Part, operations))
        + "--changesetresponse_1--\r\n--batchresponse_1--\r\n"))];

    private readonly CancellationTokenSource stopping = new();
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Task> connections = [];
    private Task accepting = Task.CompletedTask;
    private long requests;
    private long segments;
    private long segmentBytes;

    public int Port { get; private set; }

    /// <summary>How the product is told of it.</summary>
    public string Connection => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={SinkTables.Account};AccountKey={Convert.ToBase64String(new byte[32])};BlobEndpoint=http://127.0.0.1:{Port}/{SinkTables.Account};TableEndpoint=http://127.0.0.1:{Port}/{SinkTables.Account};");

    public long Requests => Interlocked.Read(ref requests);

    /// <summary>Segments that were staged.</summary>
    public long Segments => Interlocked.Read(ref segments);

    /// <summary>Bytes of the segments that were staged.</summary>
    public long SegmentBytes => Interlocked.Read(ref segmentBytes);

    public void Start()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        listener.Dispose();
        await accepting.ConfigureAwait(false);
        await Task.WhenAll(connections).ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
                socket.NoDelay = true;
                connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        var buffer = new byte[16 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                int head;
                while ((head = buffer.AsSpan(0, length).IndexOf(HeadEnd)) < 0)
                {
                    (buffer, length) = await ReceiveAsync(socket, buffer, length, length + 1).ConfigureAwait(false);
                }

                var total = head + HeadEnd.Length + BodyLength(buffer.AsSpan(0, head));
                while (length < total)
                {
                    (buffer, length) = await ReceiveAsync(socket, buffer, length, total).ConfigureAwait(false);
                }

                var answer = Answer(buffer.AsSpan(0, head), buffer.AsSpan(head, total - head));
                Count(buffer.AsSpan(0, head), total - head - HeadEnd.Length);
                if (latency > TimeSpan.Zero)
                {
                    await Task.Delay(latency, stopping.Token).ConfigureAwait(false);
                }

                await socket.SendAsync(answer, SocketFlags.None, stopping.Token).ConfigureAwait(false);
                buffer.AsSpan(total, length - total).CopyTo(buffer);
                length -= total;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or EndOfStreamException)
        {
            // Stopped, or the client has hung up.
        }
    }

    private void Count(ReadOnlySpan<byte> head, int bodyLength)
    {
        Interlocked.Increment(ref requests);
        var line = head[..head.IndexOf((byte)'\r')];
        if (line.IndexOf("comp=block&"u8) >= 0 || line.IndexOf("comp=block "u8) >= 0)
        {
            Interlocked.Increment(ref segments);
            Interlocked.Add(ref segmentBytes, bodyLength);
        }
    }

    private async Task<(byte[] Buffer, int Length)> ReceiveAsync(Socket socket, byte[] buffer, int length, int atLeast)
    {
        if (buffer.Length < atLeast)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, atLeast));
        }

        var received = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, stopping.Token).ConfigureAwait(false);
        return received == 0 ? throw new EndOfStreamException() : (buffer, length + received);
    }

    private static byte[] Answer(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var line = head[..head.IndexOf((byte)'\r')];
        if (line.StartsWith("GET "u8))
        {
            return line.IndexOf("comp=list"u8) >= 0 ? EmptyList : NotFound;
        }

        if (line.StartsWith("POST "u8) && line.IndexOf("$batch"u8) >= 0)
        {
            return Transactions[body.Count("Content-Transfer-Encoding"u8)];
        }

        return line.StartsWith("POST "u8) ? line.IndexOf("/Tables"u8) >= 0 ? TableExists : NoContent
            : line.IndexOf("(PartitionKey="u8) >= 0 ? NoContent
            : Created;
    }

    private static int BodyLength(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(head[(at + 16)..], out int length, out _) ? length : 0;
    }

    private static byte[] TableError(string status, string code) => Head(
        status, "Content-Type: application/json;odata=minimalmetadata\r\n",
        "{\"odata.error\":{\"code\":\"" + code + "\",\"message\":{\"lang\":\"en-US\",\"value\":\"" + code + "\"}}}");

    /// <param name="body">Null: an answer that has none.</param>
    private static byte[] Head(string status, string headers, string? body) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status}\r\n{headers}x-ms-request-id: 00000000-0000-0000-0000-000000000001\r\nx-ms-version: 2026-06-06\r\nDate: {Time}\r\n"
        + (body is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n")) + "\r\n" + body);
}
