using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.Functions.Tests.Telemetry;

/// <summary>The ingestion endpoint of Application Insights, as far as its exporter needs it: accepts and keeps everything.</summary>
internal sealed class FakeInsights : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly ConcurrentQueue<TelemetryItem> items = new();

    private FakeInsights(WebApplication server) => this.server = server;

    public IReadOnlyCollection<TelemetryItem> Items => items;

    public string ConnectionString => $"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint={server.Urls.First()}/;LiveEndpoint={server.Urls.First()}/";

    public static async Task<FakeInsights> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        var fake = new FakeInsights(server);
        server.UseRouting();
        server.MapPost("/v2.1/track", fake.TrackAsync);
        await server.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task TrackAsync(HttpContext http)
    {
        Stream body = http.Request.Body;
        if (http.Request.Headers.ContentEncoding == "gzip")
        {
            body = new GZipStream(body, CompressionMode.Decompress);
        }

        var count = 0;
        using var reader = new StreamReader(body, Encoding.UTF8);
        while (await reader.ReadLineAsync() is { } line)
        {
            count++;
            items.Enqueue(new TelemetryItem(Encoding.UTF8.GetByteCount(line) + 1, JsonDocument.Parse(line).RootElement.GetProperty("data")));
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync($$"""{"itemsReceived":{{count}},"itemsAccepted":{{count}},"errors":[]}""");
    }
}

/// <param name="Bytes">Of its line before compression: what is billed.</param>
internal sealed record TelemetryItem(int Bytes, JsonElement Data)
{
    /// <summary><c>MetricData</c>, <c>MessageData</c>, <c>ExceptionData</c>, <c>RequestData</c> or <c>RemoteDependencyData</c>.</summary>
    public string Type => Data.GetProperty("baseType").GetString()!;

    public bool IsSpan => Type is "RequestData" or "RemoteDependencyData";

    public JsonElement Body => Data.GetProperty("baseData");

    public IEnumerable<string> Metrics => Type == "MetricData" ? Body.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("name").GetString()!) : [];

    public string? Property(string name) =>
        Body.TryGetProperty("properties", out var all) && all.TryGetProperty(name, out var value) ? value.GetString() : null;
}
