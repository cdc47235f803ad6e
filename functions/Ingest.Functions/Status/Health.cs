using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Ingest.Functions;

/// <summary>Whether this instance answers. Asks nobody: whoever probes it must not cost anything, and it knows only itself.</summary>
public sealed class Health
{
    [Function(nameof(Health))]
    public Task<HttpResponseData> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequestData request) =>
        JsonAnswer.OfAsync(request, new HealthReport("ok", AppVersion.Text));

    private sealed record HealthReport(string Status, string Version);
}
