using System.Net;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker.Http;

namespace Ingest.Functions;

/// <summary>Answers in camel case whatever serializer the worker was given.</summary>
internal static class JsonAnswer
{
    public static async Task<HttpResponseData> OfAsync<T>(HttpRequestData request, T report)
    {
        var response = request.CreateResponse(HttpStatusCode.OK);
        response.Headers.Add("Content-Type", "application/json; charset=utf-8");
        response.Headers.Add("Cache-Control", "no-store");
        await response.WriteStringAsync(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        return response;
    }
}
