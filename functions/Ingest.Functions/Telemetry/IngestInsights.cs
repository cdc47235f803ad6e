using Azure.Monitor.OpenTelemetry.Exporter;
using Ingest.Pipeline.Telemetry;
using Microsoft.ApplicationInsights.WorkerService;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Ingest.Functions.Telemetry;

/// <summary>Sends metrics, spans and logs to Application Insights, within the telemetry budget.</summary>
public static class IngestInsights
{
    private const int ChargeEveryMs = 60_000;

    /// <summary>Does nothing without <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>: the exporter would end the process at start.</summary>
    public static IServiceCollection AddIngestInsights(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.IsNullOrEmpty(configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"]))
        {
            return services;
        }

        var credential = InsightsCredential.Of(configuration);
        services.AddApplicationInsightsTelemetryWorkerService();
        services.Configure<ApplicationInsightsServiceOptions>(options =>
        {
            // Otherwise five traces a second pass, and what is logged within any other trace is lost, errors included.
            options.SamplingRatio ??= 1;
            options.EnableTraceBasedLogsSampler = false;
            options.Credential = credential;
        });

        // Made from spans before the budget sees them, and sent beside it; ingest.storage.* says more.
        services.Configure<AzureMonitorExporterOptions>(options => options.EnableStandardMetrics = false);
        services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>, BudgetedLogRules>();
        services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(IngestMeter.Name).AddReader(provider => new PeriodicExportingMetricReader(
                new MetricCharge(provider.GetRequiredService<TelemetryBudget>()), ChargeEveryMs) { TemporalityPreference = MetricReaderTemporalityPreference.Delta }))
            .WithTracing(tracing => tracing.AddSource(IngestTracing.Name).AddProcessor(
                provider => new BudgetedSpans(provider.GetRequiredService<TelemetryBudget>(), provider.GetRequiredService<IngestMeter>())))
            .WithLogging(logging => logging.AddProcessor(provider => new BudgetedLogs(provider.GetRequiredService<TelemetryBudget>())))
            .UseFunctionsWorkerDefaults();
        return services;
    }
}
