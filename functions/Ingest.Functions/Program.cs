using Ingest.Functions;
using Ingest.Pipeline.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;

var builder = FunctionsApplication.CreateBuilder(args);
builder.Services.AddIngest(builder.Configuration);

// The exporter ends the process at start when it has no connection string.
if (!string.IsNullOrEmpty(builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"]))
{
    builder.Services.AddApplicationInsightsTelemetryWorkerService();
    builder.Services.AddOpenTelemetry()
        .WithMetrics(metrics => metrics.AddMeter(IngestMeter.Name))
        .UseFunctionsWorkerDefaults();
}

builder.Build().Run();
