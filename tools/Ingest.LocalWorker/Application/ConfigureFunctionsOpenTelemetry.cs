using Ingest.LocalWorker.Invocation;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry;

/// <summary>Telemetry of the worker itself.</summary>
public static class ConfigureFunctionsOpenTelemetry
{
    /// <summary>Traces invocations.</summary>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder)
    {
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(FunctionInvoker.ActivitySourceName));
        return builder;
    }
}
