using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingest.Cli.Chaos.Storage;

/// <summary>
/// Stands between clients and one storage service on loopback and lets requests suffer. Requests are passed on byte by byte as far
/// as their signature covers them; it covers the path and not the host, so a proxy on another port is not noticed.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1500);

    // Longer than the clients' time-out, so that a retry, or another writer, gets there first.
    private static readonly TimeSpan CarriedOutAfter = TimeSpan.FromSeconds(6);
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Expect", "Host", "Proxy-Connection", "Upgrade", "TE", "Trailer",
    };

    private readonly WebApplication server;
    private readonly HttpClient client;
    private readonly Uri target;
    private readonly StorageFaults faults;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<Task, bool> later = [];
    private readonly ConcurrentDictionary<ConnectionContext, bool> connections = [];
    private int throttled;
    private long refused;

    private FaultProxy(Uri target, StorageFaults faults, TimeProvider time)
    {
        (this.target, this.faults, this.time) = (target, faults, time);
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Use(next => connection => AcceptAsync(next, connection)));
        });
        server = builder.Build();
        server.Run(HandleAsync);
    }

    /// <summary>Scheme, host and port that clients use instead of the service's.</summary>
    public Uri Address => new(server.Urls.First());

    /// <summary>Connections reset as soon as they were made.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <param name="target">Scheme, host and port of the service.</param>
    public static async Task<FaultProxy> StartAsync(Uri target, StorageFaults faults, TimeProvider time, CancellationToken cancellationToken)
    {
        var proxy = new FaultProxy(target, faults, time);
        await proxy.server.StartAsync(cancellationToken).ConfigureAwait(false);
        return proxy;
    }

    /// <summary>Resets every open connection.</summary>
    public void DropConnections()
    {
        foreach (var connection in connections.Keys)
        {
            connection.Abort();
        }
    }

    /// <summary>Completes when no request waits any more for being carried out after its connection.</summary>
    public Task LateRequestsAsync() => Task.WhenAll(later.Keys);

    public async ValueTask DisposeAsync()
    {
        DropConnections();
        await server.StopAsync().ConfigureAwait(false);
        await server.DisposeAsync().ConfigureAwait(false);
        await LateRequestsAsync().ConfigureAwait(false);
        client.Dispose();
    }

    private async Task AcceptAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        if (faults.IsDown)
        {
            Interlocked.Increment(ref refused);
            connection.Abort();
            return;
        }

        connections[connection] = true;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connections.TryRemove(connection, out _);
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            var fate = faults.Next(out var ended);
            switch (fate)
            {
                case RequestFate.Throttled:
                    Refuse(context);
                    return;
                case RequestFate.RequestLost or RequestFate.Reset:
                    context.Abort();
                    return;
                case RequestFate.NeverAnswered:
                    // Read, so that nothing but the answer is missing.
                    await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted).ConfigureAwait(false);
                    await ended.WaitAsync(context.RequestAborted).ConfigureAwait(false);
                    context.Abort();
                    return;
                case RequestFate.CarriedOutLater:
                    var request = await BufferAsync(context).ConfigureAwait(false);
                    var run = CarryOutLaterAsync(request);
                    later[run] = true;
                    _ = run.ContinueWith(done => later.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                    context.Abort();
                    return;
                case RequestFate.AnswerLost:
                    using (await client.SendAsync(await BufferAsync(context).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false))
                    {
                        context.Abort();
                    }

                    return;
                case RequestFate.Late:
                    await Task.Delay(Delay, time, context.RequestAborted).ConfigureAwait(false);
                    break;
            }

            await PassAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or BadHttpRequestException)
        {
            // One of the two sides is gone; the other one is not to take that for an answer.
            context.Abort();
        }
    }

    private void Refuse(HttpContext context)
    {
        var number = Interlocked.Increment(ref throttled);
        context.Response.StatusCode = number % 2 == 0 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = "1";
        context.Response.Headers["x-ms-error-code"] = "ServerBusy";
        context.Response.ContentLength = 0;
    }

    private async Task PassAsync(HttpContext context)
    {
        using var request = RequestOf(context);
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            AddContent(request, context, new StreamContent(context.Request.Body));
        }
        else
        {
            AddContent(request, context, null);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!OfTheConnection.Contains(name))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (!HttpMethods.IsHead(context.Request.Method) && answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task<HttpRequestMessage> BufferAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        var request = RequestOf(context);
        AddContent(request, context, body.Length == 0 ? null : new ByteArrayContent(body.ToArray()));
        return request;
    }

    private async Task CarryOutLaterAsync(HttpRequestMessage request)
    {
        using (request)
        {
            await Task.Delay(CarriedOutAfter, time, CancellationToken.None).ConfigureAwait(false);
            try
            {
                using var answer = await client.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
            }
            catch (HttpRequestException)
            {
                // The service is gone: then it is not carried out at all.
            }
        }
    }

    private HttpRequestMessage RequestOf(HttpContext context)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(
            HttpMethod.Parse(context.Request.Method),
            new Uri(target.GetLeftPart(UriPartial.Authority) + raw, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Headers.Host = context.Request.Host.Value;
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!OfTheConnection.Contains(name))
            {
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return request;
    }

    private static void AddContent(HttpRequestMessage request, HttpContext context, HttpContent? content)
    {
        var carriesLength = context.Request.ContentLength is not null;
        if (content is null && !carriesLength)
        {
            return;
        }

        request.Content = content ?? new ByteArrayContent([]);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
    }
}
