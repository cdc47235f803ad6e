using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ingest.LocalWorker.Application;

/// <summary>Starts a listener per enabled function, and stops them all within the grace.</summary>
internal sealed partial class TriggerHost(
    FunctionCatalog catalog,
    TriggerListenerFactory factory,
    SettingResolver settings,
    LocalWorkerOptions options,
    TimeProvider time,
    ILogger<TriggerHost> logger) : IHostedService, IDisposable
{
    private readonly List<ITriggerListener> listeners = [];

    public IReadOnlyList<ITriggerListener> Listeners => listeners;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var enabled = catalog.Functions.Where(function => !settings.IsDisabled(function.Name)).ToList();
        listeners.AddRange(factory.Create(enabled));
        foreach (var listener in listeners)
        {
            await listener.StartAsync(cancellationToken);
        }

        LogStarted(enabled.Count, catalog.Functions.Count - enabled.Count);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var grace = new CancellationTokenSource(options.ShutdownGrace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, cancellationToken);
        await Task.WhenAll(listeners.Select(listener => listener.StopAsync(either.Token)));
    }

    public void Dispose()
    {
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Running {Enabled} functions; {Disabled} are disabled")]
    private partial void LogStarted(int enabled, int disabled);
}

/// <summary>Waits for the cause of a function and runs it.</summary>
internal interface ITriggerListener : IDisposable
{
    /// <summary>Returns once it listens; what fails later is repeated inside.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes nothing new, trips the running invocations' tokens at once, and waits for them until <paramref name="graceOver"/>. Does not
    /// throw.
    /// </summary>
    Task StopAsync(CancellationToken graceOver);
}
