using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Storage.Tables;
using Ingest.Storage.Throttling;
using Ingest.Testing;

namespace Ingest.Storage.Tests.Support;

/// <summary>
/// The table sinks over a wire whose transactions a test answers itself, or lets through to Azurite, or whose answers it loses.
/// </summary>
internal sealed class ScriptedTables : DelegatingHandler
{
    private readonly HttpClient client;
    private readonly StorageTransport transport;
    private readonly AccountThrottle throttle;
    private readonly TransactionSlots slots = new(16);
    private readonly TableMeter meter = new();

    /// <param name="azurite">Null: the test must answer everything.</param>
    /// <param name="credential">For a service that is not there; null: Azurite's key.</param>
    public ScriptedTables(Azurite? azurite, StreamDefinition stream, TokenCredential? credential = null)
        : base(new SocketsHttpHandler())
    {
        var options = new StorageOptions();
        client = new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        transport = new StorageTransport(options);
        throttle = new AccountThrottle("contoso", options, TimeProvider.System, () => 1);
        var sdk = new TableClientOptions { Transport = new HttpClientTransport(client) };
        var access = azurite is null
            ? TableAccess.Of(new Uri("https://contoso.table.core.windows.net/"), credential!)
            : TableAccess.Of(azurite.TableEndpoint, azurite.ConnectionString, TimeProvider.System);
        var tables = new TableClients(azurite is null
            ? new TableServiceClient(new Uri("https://contoso.table.core.windows.net/"), credential, sdk)
            : new TableServiceClient(azurite.ConnectionString, sdk));
        var own = transport.Configure(new TableServiceOptions(), throttle, StorageService.Table);
        own.Transport = new HttpClientTransport(client);
        var service = new TableService(access, own);
        Sink = stream.Table is not null
            ? new TableSink([stream], new TableWriter(service, tables, slots, new RecentKeys(), meter))
            : new LatestSink([stream], new LatestWriter(service, tables, new NewestKnown(1000), slots, meter));
    }

    public ISink Sink { get; }

    /// <summary>Answers a transaction by its body; null: it goes through.</summary>
    public Func<string, HttpResponseMessage?> Answer { get; set; } = _ => null;

    /// <summary>Whether a transaction's answer gets lost once it has been done.</summary>
    public Func<string, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>Bodies of all transactions that were sent.</summary>
    public ConcurrentQueue<string> Transactions { get; } = [];

    public ConcurrentQueue<string?> Authorizations { get; } = [];

    /// <summary>The service's answer to a transaction of so many operations that was done.</summary>
    public static HttpResponseMessage Done(string body) => Multipart(string.Concat(Enumerable.Repeat(
        Part("204 No Content", "ETag: W/\"datetime'2026-11-23T06%3A00%3A00.0000000Z'\"\r\n", ""), OperationsOf(body))));

    public static HttpResponseMessage Failed(string status, string code, string message) => Multipart(Part(
        status, "Content-Type: application/json;odata=minimalmetadata;streaming=true;charset=utf-8\r\n",
        ErrorJson(code, message + "\\nRequestId:1")));

    /// <summary>An answer to the request as a whole.</summary>
    public static HttpResponseMessage Refused(HttpStatusCode status, string code) => new(status)
    {
        Content = new StringContent(ErrorJson(code, code), Encoding.UTF8, "application/json"),
    };

    public static int OperationsOf(string body) => body.Split("Content-Transfer-Encoding: binary\r\n").Length - 1;

    /// <summary>Row keys of a transaction's operations, in order.</summary>
    public static string[] RowKeysOf(string body) =>
        [.. body.Split("\"RowKey\":\"").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)])];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Authorizations.Enqueue(request.Headers.Authorization?.ToString());
        if (request.RequestUri!.AbsolutePath.EndsWith("$batch", StringComparison.Ordinal))
        {
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            Transactions.Enqueue(body);
            if (Answer(body) is { } answer)
            {
                answer.RequestMessage = request;
                return answer;
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (LosesAnswer(body))
            {
                response.Dispose();
                throw new HttpRequestException("The connection was reset.");
            }

            return response;
        }

        // The creation of the table.
        return request.RequestUri.Host.StartsWith("contoso", StringComparison.Ordinal)
            ? new HttpResponseMessage(HttpStatusCode.Conflict) { RequestMessage = request, Content = Refused(HttpStatusCode.Conflict, "TableAlreadyExists").Content }
            : await base.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        client.Dispose();
        throttle.Dispose();
        transport.Dispose();
        slots.Dispose();
        meter.Dispose();
        base.Dispose(disposing);
    }

    private static string ErrorJson(string code, string message) =>
        "{\"odata.error\":{\"code\":\"" + code + "\",\"message\":{\"lang\":\"en-US\",\"value\":\"" + message + "\"}}}";

    private static string Part(string status, string headers, string body) =>
        $"--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 {status}\r\nDataServiceVersion: 3.0;\r\n{headers}\r\n{body}\r\n";

    private static HttpResponseMessage Multipart(string parts)
    {
        var content = new StringContent(
            $"--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n{parts}--changesetresponse_1--\r\n--batchresponse_1--\r\n");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/mixed; boundary=batchresponse_1");
        return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = content };
    }
}
