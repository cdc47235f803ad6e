using System.Collections.Concurrent;
using System.Text.Json;
using Ingest.LocalWorker.Invocation;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ingest.Functions.Tests.Delivery;

/// <summary>The app's own function on a host in this process, and everything that it logged.</summary>
internal sealed class HostedApp : IAsyncDisposable, ILoggerProvider
{
    private readonly string directory = Directory.CreateTempSubdirectory("hosted-app-").FullName;
    private IHost? host;

    /// <summary>Id of the event and message, in order.</summary>
    public ConcurrentQueue<(int Id, string Text)> Log { get; } = [];

    public static async Task<HostedApp> StartAsync(LiveApp app, string functionTimeout = "00:30:00")
    {
        var hosted = new HostedApp();
        File.WriteAllText(Path.Combine(hosted.directory, "host.json"), $$"""
            { "version": "2.0", "functionTimeout": "{{functionTimeout}}",
              "extensions": { "eventHubs": { "maxEventBatchSize": 500, "prefetchCount": 1000, "initialOffsetOptions": { "type": "fromStart" } } } }
            """);
        var values = new Dictionary<string, string?>(app.Settings)
        {
            ["FUNCTIONS_HTTP_PORT"] = "0",
            ["LocalWorker__LoadBalancingInterval"] = "00:00:00.100",
        };
        File.WriteAllText(Path.Combine(hosted.directory, "local.settings.json"), JsonSerializer.Serialize(new { IsEncrypted = false, Values = values }));
        var builder = new FunctionsApplicationBuilder([], new FunctionSource("Hosted.App", [typeof(IngestTelemetry)], hosted.directory));
        app.Configure(builder.Services).AddLogging(logging => logging.ClearProviders().AddProvider(hosted));
        hosted.host = builder.Build();
        await hosted.host.StartAsync();
        return hosted;
    }

    /// <summary>Stops as SIGTERM does.</summary>
    public Task StopAsync() => host!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host!.StopAsync();
        host.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new Logger(this);

    void IDisposable.Dispose()
    {
        // The host disposes its providers; what was logged stays readable.
    }

    private sealed class Logger(HostedApp app) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            app.Log.Enqueue((eventId.Id, $"{formatter(state, exception)} {exception?.Message}"));
    }
}
