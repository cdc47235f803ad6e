using Microsoft.Extensions.Hosting;

namespace SampleApp;

/// <summary>Says when the application's own services start and stop.</summary>
public sealed class Announcer : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("service started");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("service stopped");
        return Task.CompletedTask;
    }
}
