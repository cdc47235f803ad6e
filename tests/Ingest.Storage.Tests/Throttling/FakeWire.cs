using System.Net;
using System.Threading.Channels;
using Azure.Core;
using Azure.Core.Pipeline;
using Ingest.Storage.Throttling;
using Ingest.Testing;

namespace Ingest.Storage.Tests.Throttling;

/// <summary>The product's pipeline over a wire whose requests the test answers one by one.</summary>
internal sealed class FakeWire : HttpMessageHandler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<TaskCompletionSource<HttpResponseMessage>> requests = Channel.CreateUnbounded<TaskCompletionSource<HttpResponseMessage>>();
    private readonly StorageTransport transport;
    private readonly HttpClient client;
    private int sent;

    public FakeWire(StorageOptions options, TimeProvider time, string account = "contoso")
    {
        transport = new StorageTransport(options);
        client = new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        Throttle = new AccountThrottle(account, options, time, () => 1, Log);
        Blobs = PipelineOf(StorageService.Blob);
        Tables = PipelineOf(StorageService.Table);
    }

    public AccountThrottle Throttle { get; }

    public RecordingLogger<StorageClients> Log { get; } = new();

    public HttpPipeline Blobs { get; }

    public HttpPipeline Tables { get; }

    /// <summary>Answers by itself; null: the test answers through <see cref="NextAsync"/>.</summary>
    public Func<HttpResponseMessage>? Answer { get; set; }

    public int Sent => Volatile.Read(ref sent);

    public static HttpResponseMessage Response(HttpStatusCode status, string? header = null, string? value = null)
    {
        var response = new HttpResponseMessage(status);
        if (header is not null)
        {
            response.Headers.Add(header, value);
        }

        return response;
    }

    /// <summary>The next request that reached the wire.</summary>
    public async Task<TaskCompletionSource<HttpResponseMessage>> NextAsync() => await requests.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public static async Task<int> SendAsync(HttpPipeline pipeline, CancellationToken cancellationToken = default)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(new Uri("https://contoso.example/a"));
        await pipeline.SendAsync(message, cancellationToken);
        return message.Response.Status;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref sent);
        if (Answer is { } answer)
        {
            return answer();
        }

        var waiting = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        requests.Writer.TryWrite(waiting);
        return await waiting.Task.WaitAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        client.Dispose();
        Throttle.Dispose();
        transport.Dispose();
        base.Dispose(disposing);
    }

    private HttpPipeline PipelineOf(StorageService service)
    {
        var clientOptions = transport.Configure(new PlainClientOptions(), Throttle, service);
        clientOptions.Transport = new HttpClientTransport(client);
        return HttpPipelineBuilder.Build(clientOptions);
    }

    private sealed class PlainClientOptions : ClientOptions;
}
