using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Ingest.Functions;

/// <summary>How far every partition is, and what it waits for, as stores and hubs say.</summary>
public sealed class Status(StatusReader reader)
{
    [Function(nameof(Status))]
    public async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "status")] HttpRequestData request, CancellationToken cancellationToken) =>
        await JsonAnswer.OfAsync(request, await reader.ReadAsync(cancellationToken));
}
