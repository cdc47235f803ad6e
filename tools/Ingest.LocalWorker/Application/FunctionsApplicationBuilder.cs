using System.Text.Json;
using Ingest.LocalWorker.Application;
using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a function app: services, settings, middleware. <see cref="Build"/> once.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly HostApplicationBuilder inner;
    private readonly FunctionSource source;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware = [];

    internal FunctionsApplicationBuilder(string[] args, FunctionSource source)
    {
        this.source = source;
        inner = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = args,
            ApplicationName = source.Name,
            ContentRootPath = source.Directory,
            EnvironmentName = global::System.Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development,
        });
        AddLocalSettings();
        Services.Configure<JsonSerializerOptions>(options => options.PropertyNameCaseInsensitive = true);
    }

    /// <summary>The settings: <c>local.settings.json</c>, above it environment variables, above them the command line.</summary>
    public ConfigurationManager Configuration => inner.Configuration;

    /// <summary>The environment; Development unless <c>AZURE_FUNCTIONS_ENVIRONMENT</c> says otherwise.</summary>
    public IHostEnvironment Environment => inner.Environment;

    /// <summary>Logging providers and filters.</summary>
    public ILoggingBuilder Logging => inner.Logging;

    /// <summary>Metrics listeners.</summary>
    public IMetricsBuilder Metrics => inner.Metrics;

    /// <summary>Values that builder extensions share.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)inner).Properties;

    /// <summary>The services of the application.</summary>
    public IServiceCollection Services => inner.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    /// <summary>Replaces the container.</summary>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        inner.ConfigureContainer(factory, configure);

    /// <summary>Adds a middleware; the first one added is the outermost.</summary>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        this.middleware.Add(middleware);
        return this;
    }

    /// <summary>The application; its triggers start after, and stop before, the application's own hosted services.</summary>
    /// <exception cref="FunctionSetupException">Functions, settings or <c>host.json</c> are wrong; every mistake is named.</exception>
    public IHost Build()
    {
        var hostSettings = HostSettingsReader.Read(source.Directory, Configuration);
        var options = LocalWorkerOptions.Read(Configuration);
        Services.TryAddSingleton(TimeProvider.System);
        if (options.ClockOffset != TimeSpan.Zero)
        {
            Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new OffsetTimeProvider(options.ClockOffset)));
        }

        Services.AddSingleton(hostSettings);
        Services.AddSingleton(options);
        Services.AddSingleton(FunctionCatalog.Of(source, hostSettings.Retry));
        Services.AddSingleton(new SettingResolver(Configuration));
        Services.AddSingleton(new FunctionPipeline(middleware));
        Services.AddSingleton<FunctionInvoker>();
        Services.AddSingleton<InvocationRunner>();
        Services.AddSingleton<HostStorage>();
        Services.AddSingleton<TriggerListenerFactory>();
        // The host must outlast the grace of the running invocations, and then still stop the application's own services.
        Services.PostConfigure<HostOptions>(host =>
            host.ShutdownTimeout = TimeSpan.FromTicks(Math.Max(host.ShutdownTimeout.Ticks, (options.ShutdownGrace + TimeSpan.FromSeconds(10)).Ticks)));
        // Last in, so first to stop.
        Services.AddHostedService<TriggerHost>();
        return inner.Build();
    }

    private void AddLocalSettings()
    {
        var sources = ((IConfigurationBuilder)Configuration).Sources;
        var environment = sources.OfType<EnvironmentVariablesConfigurationSource>().LastOrDefault(variables => string.IsNullOrEmpty(variables.Prefix));
        var settings = new MemoryConfigurationSource { InitialData = LocalSettings.Read(source.Directory) };
        sources.Insert(environment is null ? sources.Count : sources.IndexOf(environment), settings);
    }
}
