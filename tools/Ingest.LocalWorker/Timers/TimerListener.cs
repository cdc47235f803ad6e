using Ingest.LocalWorker.Application;
using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ingest.LocalWorker.Timers;

/// <summary>Runs a function on its schedule, one run at a time.</summary>
internal sealed partial class TimerListener : ITriggerListener
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private readonly FunctionDescriptor function;
    private readonly TimerTriggerAttribute trigger;
    private readonly TimerSchedule schedule;
    private readonly TimerMonitor? monitor;
    private readonly InvocationRunner runner;
    private readonly TimeProvider time;
    private readonly ILogger<TimerListener> logger;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    /// <exception cref="FunctionSetupException">The schedule cannot be understood.</exception>
    public TimerListener(
        FunctionDescriptor function,
        TimerTriggerAttribute trigger,
        SettingResolver settings,
        HostStorage storage,
        IHostEnvironment environment,
        InvocationRunner runner,
        TimeProvider time,
        ILogger<TimerListener> logger)
    {
        this.function = function;
        this.trigger = trigger;
        this.runner = runner;
        this.time = time;
        this.logger = logger;
        schedule = TimerSchedule.Parse(settings.Resolve(trigger.Schedule));
        var next = schedule.Next(time.GetUtcNow());
        var isFrequent = schedule.Next(next) - next < TimeSpan.FromMinutes(1);
        monitor = trigger.UseMonitor && !isFrequent && storage.IsConfigured
            ? new TimerMonitor(storage, environment.ApplicationName, function.EntryPoint)
            : null;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public void Dispose() => stopping.Dispose();

    public async Task StopAsync(CancellationToken graceOver)
    {
        await stopping.CancelAsync();
        try
        {
            await running.WaitAsync(graceOver);
        }
        catch (OperationCanceledException)
        {
            LogAbandoned(function.Name);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            var status = await RememberedAsync();
            var now = time.GetUtcNow();
            var isPastDue = status is not null && status.Next < now.UtcDateTime;
            if (isPastDue || trigger.RunOnStartup)
            {
                await InvokeAsync(status, isPastDue);
            }

            var last = now;
            while (true)
            {
                // From the last occurrence, too: a delay may end a moment early, and the same occurrence must not come twice.
                now = time.GetUtcNow();
                var next = schedule.Next(now > last ? now : last);
                status = new ScheduleStatus { Last = last.UtcDateTime, Next = next.UtcDateTime, LastUpdated = now.UtcDateTime };
                await RememberAsync(status);
                await UntilAsync(next);
                await InvokeAsync(status, isPastDue: false);
                last = next;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task UntilAsync(DateTimeOffset next)
    {
        while (next - time.GetUtcNow() is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest < LongestDelay ? rest : LongestDelay, time, stopping.Token);
        }
    }

    private async Task InvokeAsync(ScheduleStatus? status, bool isPastDue)
    {
        var info = new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = monitor is null ? null : status };
        await runner.RunAsync(function, info, LazyBindingData.Empty, stopping.Token);
        stopping.Token.ThrowIfCancellationRequested();
    }

    private async Task<ScheduleStatus?> RememberedAsync()
    {
        try
        {
            return monitor is null ? null : await monitor.ReadAsync(stopping.Token);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogMonitorFailed(e, function.Name);
            return null;
        }
    }

    private async Task RememberAsync(ScheduleStatus status)
    {
        try
        {
            await (monitor?.WriteAsync(status, stopping.Token) ?? Task.CompletedTask);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogMonitorFailed(e, function.Name);
        }
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning, Message = "{Function} still runs after the grace and is abandoned")]
    private partial void LogAbandoned(string function);

    [LoggerMessage(EventId = 41, Level = LogLevel.Warning, Message = "{Function}: the timer's state cannot be kept; a missed run will go unnoticed")]
    private partial void LogMonitorFailed(Exception exception, string function);
}
