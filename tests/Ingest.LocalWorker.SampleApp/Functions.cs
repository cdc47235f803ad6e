using System.Net;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Configuration;

namespace SampleApp;

/// <summary>Says which events of which partition it got.</summary>
public sealed class Functions(IConfiguration configuration)
{
    [Function("Receive")]
    [FixedDelayRetry(-1, "00:00:00.100")]
    public async Task ReceiveAsync(
        [EventHubTrigger("%Hub%", Connection = "EventHub", ConsumerGroup = "%Group%")] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse((string)context.BindingContext.BindingData["PartitionContext"]!);
        var partition = json.RootElement.GetProperty("PartitionId").GetString();
        var work = configuration.GetValue<int>("WorkMilliseconds");
        if (work > 0)
        {
            Console.WriteLine($"begin {partition} {events[0].SequenceNumber}");
            // Work that does not watch the token: what the grace is for.
            await Task.Delay(work, CancellationToken.None);
            Console.WriteLine($"end {partition} {events[^1].SequenceNumber} {(cancellationToken.IsCancellationRequested ? "cancelled" : "calm")}");
            return;
        }

        Console.WriteLine($"batch {partition} {events[0].SequenceNumber} {events[^1].SequenceNumber}");
    }

    [Function("Ping")]
    public async Task<HttpResponseData> PingAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request)
    {
        var response = request.CreateResponse(HttpStatusCode.OK);
        await response.WriteStringAsync("pong");
        return response;
    }
}
