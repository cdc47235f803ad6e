using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Ingest.Storage.Lake;
using Ingest.Storage.Progress;
using Ingest.Storage.Tables;
using Ingest.Testing;

namespace Ingest.Storage.Tests.Support;

/// <summary>
/// Azurite behind a wire that can be cut or answer by itself: each request goes to <see cref="Before"/>, which may answer it,
/// and once it was answered to <see cref="LosesAnswer"/>.
/// </summary>
internal sealed class ScriptedService : DelegatingHandler
{
    private readonly StorageOptions options;
    private readonly HttpClient client;

    public ScriptedService(Azurite azurite, StorageOptions options)
        : base(new SocketsHttpHandler())
    {
        this.options = options;
        client = new HttpClient(this, disposeHandler: false);
        var blobOptions = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06) { Transport = new HttpClientTransport(client) };
        blobOptions.Retry.Delay = TimeSpan.FromMilliseconds(1);
        var tableOptions = new TableClientOptions { Transport = new HttpClientTransport(client) };
        tableOptions.Retry.Delay = TimeSpan.FromMilliseconds(1);
        var blobs = new BlobServiceClient(azurite.ConnectionString, blobOptions);
        Containers = new BlobContainers(blobs);
        Segments = new BlobSegmentStore(Containers, new SegmentListing(blobs, options), new SegmentReader(blobs), options, TimeProvider.System);
        Progress = new TableProgressStore(
            new TableClients(new TableServiceClient(azurite.ConnectionString, tableOptions)), options, blobs.AccountName, "test", TimeProvider.System);
    }

    public Func<HttpRequestMessage, HttpResponseMessage?> Before { get; set; } = _ => null;

    public Func<HttpRequestMessage, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>Method and query of every request that was sent.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public BlobContainers Containers { get; }

    public BlobSegmentStore Segments { get; }

    public TableProgressStore Progress { get; }

    public BlobLake Lake() => new(new SegmentStager(Containers, options, new SegmentMeter()), new ParquetSegmentWriter(), new Dictionary<string, Pipeline.Sinks.LakeDefinition>());

    public static HttpResponseMessage Refuse(HttpStatusCode status, string code)
    {
        var response = new HttpResponseMessage(status)
        {
            Content = new StringContent($"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>", Encoding.UTF8, "application/xml"),
        };
        response.Headers.Add("x-ms-error-code", code);
        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"{request.Method} {request.RequestUri!.Query}");
        if (Before(request) is { } answer)
        {
            answer.RequestMessage = request;
            return answer;
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (LosesAnswer(request))
        {
            response.Dispose();
            throw new HttpRequestException("The connection was reset.");
        }

        return response;
    }

    protected override void Dispose(bool disposing)
    {
        client.Dispose();
        base.Dispose(disposing);
    }
}
