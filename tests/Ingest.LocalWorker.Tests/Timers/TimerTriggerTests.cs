using System.Threading.Channels;
using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.LocalWorker.Timers;
using Ingest.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.Timers;

[Collection(WorkerCollection.Name)]
public sealed class TimerTriggerTests(AzuriteFixture azurite)
{
    private readonly TimerScript script = new();

    [Fact]
    public async Task An_interval_comes_again_and_again_without_overlap()
    {
        await using var app = await StartAsync(typeof(FrequentTimer), new() { ["Schedule"] = "00:00:00.050" });

        for (var run = 0; run < 4; run++)
        {
            var info = await script.NextAsync();
            Assert.False(info.IsPastDue);
            Assert.Null(info.ScheduleStatus);
        }

        Assert.Equal(1, script.MostAtOnce);
    }

    [Fact]
    public async Task RunOnStartup_runs_at_once_and_not_past_due()
    {
        await using var app = await StartAsync(typeof(StartupTimer), new() { ["Schedule"] = "0 0 0 1 1 *" });

        Assert.False((await script.NextAsync()).IsPastDue);
    }

    [Fact]
    public async Task An_occurrence_missed_while_no_host_ran_is_made_up_for()
    {
        var settings = await RememberAsync(typeof(RareTimer), next: DateTime.UtcNow.AddHours(-1));

        await using var app = await StartAsync(typeof(RareTimer), settings);

        var info = await script.NextAsync();
        Assert.True(info.IsPastDue);
        Assert.True(info.ScheduleStatus!.Next < DateTime.UtcNow);
    }

    [Fact]
    public async Task Nothing_is_made_up_for_when_nothing_was_missed_and_the_next_occurrence_is_remembered()
    {
        var settings = await RememberAsync(typeof(RareTimer), next: DateTime.UtcNow.AddHours(1));
        var monitor = Monitor(typeof(RareTimer), settings);

        await using var app = await StartAsync(typeof(RareTimer), settings);

        var status = await Eventually.TrueAsync(() => monitor.ReadAsync(CancellationToken.None), status => status?.Next is { Month: 1, Day: 1, Hour: 0 });
        Assert.True(status!.Next > DateTime.UtcNow);
        Assert.False(script.HasMore);
    }

    private static TimerMonitor Monitor(Type function, Dictionary<string, string?> settings) => new(
        new HostStorage(new Microsoft.Extensions.Configuration.ConfigurationManager { ["AzureWebJobsStorage"] = settings["AzureWebJobsStorage"] }),
        settings["Application"]!,
        $"{function.FullName}.Run");

    private async Task<Dictionary<string, string?>> RememberAsync(Type function, DateTime next)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Schedule"] = "0 0 0 1 1 *", ["AzureWebJobsStorage"] = azurite.ConnectionString, ["Application"] = "app-" + Guid.NewGuid().ToString("N"),
        };
        await Monitor(function, settings).WriteAsync(new ScheduleStatus { Next = next, Last = next.AddYears(-1), LastUpdated = next.AddYears(-1) }, CancellationToken.None);
        return settings;
    }

    private Task<LocalApp> StartAsync(Type function, Dictionary<string, string?> settings) => LocalApp.StartAsync(
        [function], settings, configure: builder => Configure(builder, settings));

    private void Configure(FunctionsApplicationBuilder builder, Dictionary<string, string?> settings)
    {
        builder.Services.AddSingleton(script);
        builder.Environment.ApplicationName = settings.GetValueOrDefault("Application") ?? "app";
    }
}

public sealed class TimerScript
{
    private readonly Channel<TimerInfo> runs = Channel.CreateUnbounded<TimerInfo>();
    private int running;

    public int MostAtOnce { get; private set; }

    public bool HasMore => runs.Reader.TryPeek(out _);

    public async Task RunAsync(TimerInfo timer)
    {
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref running));
        runs.Writer.TryWrite(timer);
        // Longer than the interval of the timer that must not overlap.
        await Task.Delay(120);
        Interlocked.Decrement(ref running);
    }

    public async Task<TimerInfo> NextAsync() => await runs.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}

public sealed class FrequentTimer(TimerScript script)
{
    [Function("FrequentTimer")]
    public Task Run([TimerTrigger("%Schedule%")] TimerInfo timer) => script.RunAsync(timer);
}

public sealed class RareTimer(TimerScript script)
{
    [Function("RareTimer")]
    public Task Run([TimerTrigger("%Schedule%")] TimerInfo timer) => script.RunAsync(timer);
}

public sealed class StartupTimer(TimerScript script)
{
    [Function("StartupTimer")]
    public Task Run([TimerTrigger("%Schedule%", RunOnStartup = true)] TimerInfo timer) => script.RunAsync(timer);
}
