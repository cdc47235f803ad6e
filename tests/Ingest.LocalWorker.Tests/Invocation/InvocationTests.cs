using System.Diagnostics;
using Ingest.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Ingest.LocalWorker.Tests.Invocation;

[Collection(WorkerCollection.Name)]
public sealed class InvocationTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Middleware_runs_in_the_order_of_its_registration_around_the_function()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var notes = new Notes();
        var script = new Script { Body = (_, _) => notes.AddAsync("function") };
        await using var app = await StartAsync(hub, script, builder =>
        {
            builder.Services.AddSingleton(notes);
            builder.UseMiddleware<NotingMiddleware>();
            builder.UseMiddleware(async (_, next) =>
            {
                await notes.AddAsync("lambda in");
                await next();
                await notes.AddAsync("lambda out");
            });
            builder.UseWhen<NotingMiddleware>(_ => false);
            builder.UseWhen(context => context.FunctionDefinition.Name == "Batches", async (_, next) =>
            {
                await notes.AddAsync("when");
                await next();
            });
        });

        await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 0);

        Assert.Equal(["type in Batches", "lambda in", "when", "function", "lambda out", "type out"], notes.All);
    }

    [Fact]
    public async Task A_middleware_that_throws_fails_the_attempt_and_it_is_retried()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script();
        await using var app = await StartAsync(
            hub,
            script,
            builder => builder.UseMiddleware((context, next) => context.RetryContext is null ? throw new InvalidOperationException("first") : next()),
            typeof(ThreeRetriesFunctions));

        Assert.Equal(1, (await script.NextAsync()).RetryCount);
    }

    [Fact]
    public async Task Each_attempt_has_its_own_scope_and_id_and_the_loggers_of_the_app()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var scoped = new List<ScopedThing>();
        var script = new Script
        {
            Body = (attempt, _) =>
            {
                scoped.Add(attempt.Context.InstanceServices.GetRequiredService<ScopedThing>());
                Assert.NotNull(attempt.Context.GetLogger<InvocationTests>());
                Assert.NotNull(attempt.Context.GetLogger("category"));
                return attempt.RetryCount is null ? throw new InvalidOperationException("again") : Task.CompletedTask;
            },
        };
        await using var app = await StartAsync(
            hub, script, builder => builder.Services.AddScoped<ScopedThing>(), typeof(ThreeRetriesFunctions));

        var attempts = await script.UntilAsync(2);
        await Eventually.TrueAsync(() => Task.FromResult(scoped.ToList()), list => list.Count == 2 && list.All(thing => thing.IsDisposed));

        Assert.NotSame(scoped[0], scoped[1]);
        Assert.NotEqual(attempts[0].Context.InvocationId, attempts[1].Context.InvocationId);
        Assert.Equal("ThreeRetries", attempts[0].Context.FunctionDefinition.Name);
        Assert.EndsWith("ThreeRetriesFunctions.RunAsync", attempts[0].Context.FunctionDefinition.EntryPoint);
    }

    [Fact]
    public async Task The_function_timeout_trips_the_token_and_counts_as_failure()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script { Body = (attempt, token) => attempt.RetryCount is null ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask };
        await using var app = await StartAsync(
            hub, script, _ => { }, typeof(ThreeRetriesFunctions), """{ "functionTimeout": "00:00:00.300" }""");

        Assert.Equal([null, 1], (await script.UntilAsync(2)).Select(attempt => attempt.RetryCount));
    }

    [Fact]
    public async Task A_host_told_to_give_up_goes_on_behind_a_batch_whatever_the_retry_policy_says()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script { Body = (_, _) => throw new InvalidOperationException("again") };
        var settings = hub.Settings;
        settings["LocalWorker__GiveUpAfter"] = "1";
        await using var app = await LocalApp.StartAsync([typeof(ThreeRetriesFunctions)], settings, "{}", builder => builder.Services.AddSingleton(script));

        await Eventually.TrueAsync(() => hub.CheckpointAsync(), checkpoint => checkpoint is not null);

        Assert.Equal([null, 1], (await script.UntilAsync(2)).Select(attempt => attempt.RetryCount));
    }

    [Fact]
    public async Task A_function_that_ignores_its_token_beyond_the_grace_stops_the_app_without_a_checkpoint()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script { Body = (_, _) => new TaskCompletionSource().Task };
        var settings = hub.Settings;
        settings["LocalWorker__ShutdownGrace"] = "00:00:00.200";
        await using var app = await LocalApp.StartAsync(
            [typeof(BatchFunctions)], settings, """{ "functionTimeout": "00:00:00.200" }""", builder => builder.Services.AddSingleton(script));

        await app.WhenStopped.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = 0;
        Assert.Null(await hub.CheckpointAsync());
    }

    [Fact]
    public async Task Hosted_services_start_before_the_triggers_and_stop_after_the_running_invocations()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var notes = new Notes();
        var script = new Script
        {
            Body = async (_, token) =>
            {
                await notes.AddAsync("begin");
                await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
                await notes.AddAsync("end");
            },
        };
        await using (await StartAsync(hub, script, builder =>
        {
            builder.Services.AddSingleton(notes);
            builder.Services.AddHostedService<NotingService>();
        }))
        {
            await script.NextAsync();
        }

        Assert.Equal(["start", "begin", "end", "stop"], notes.All);
    }

    [Fact]
    public async Task Invocations_are_traced_with_the_workers_defaults()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite);
        hub.Append(0, 1);
        var script = new Script();
        var recorder = new RecordingProcessor();
        await using var app = await StartAsync(
            hub,
            script,
            builder => builder.Services.AddOpenTelemetry().UseFunctionsWorkerDefaults().WithTracing(tracing => tracing.AddProcessor(recorder)));

        var attempt = await script.NextAsync();

        var activity = await recorder.First.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("function Batches", activity.DisplayName);
        Assert.Equal(activity.Id, attempt.Context.TraceContext.TraceParent);
        Assert.Equal(attempt.Context.InvocationId, activity.GetTagItem("faas.invocation_id"));
    }

    private static Task<LocalApp> StartAsync(
        HubUnderTest hub, Script script, Action<FunctionsApplicationBuilder> configure, Type? function = null, string hostJson = "{}") =>
        LocalApp.StartAsync([function ?? typeof(BatchFunctions)], hub.Settings, hostJson, builder =>
        {
            builder.Services.AddSingleton(script);
            configure(builder);
        });

    private sealed class Notes
    {
        private readonly List<string> all = [];

        public IReadOnlyList<string> All => all;

        public Task AddAsync(string note)
        {
            all.Add(note);
            return Task.CompletedTask;
        }
    }

    private sealed class ScopedThing : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class NotingMiddleware(Notes notes) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            await notes.AddAsync("type in " + context.FunctionDefinition.Name);
            await next(context);
            await notes.AddAsync("type out");
        }
    }

    private sealed class NotingService(Notes notes) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => notes.AddAsync("start");

        public Task StopAsync(CancellationToken cancellationToken) => notes.AddAsync("stop");
    }

    private sealed class RecordingProcessor : BaseProcessor<Activity>
    {
        private readonly TaskCompletionSource<Activity> first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Activity> First => first.Task;

        public override void OnEnd(Activity data) => first.TrySetResult(data);
    }
}
