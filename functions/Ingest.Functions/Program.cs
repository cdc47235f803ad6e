using Ingest.Functions;
using Ingest.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.Services.AddIngest(builder.Configuration).AddIngestInsights(builder.Configuration);
builder.Build().Run();
