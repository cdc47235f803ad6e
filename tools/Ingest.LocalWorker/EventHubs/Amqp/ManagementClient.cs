using System.Globalization;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.EventHubs;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>Asks <c>$management</c> about a hub; connects on first use and again after a failure. Safe for parallel use.</summary>
internal sealed class ManagementClient(EventHubEndpoint endpoint, TimeProvider time) : IDisposable
{
    private const int Attempts = 4;

    private readonly SemaphoreSlim oneRequest = new(1);
    private HubConnection? connection;
    private RequestLink? link;
    private bool closed;

    public async Task<EventHubProperties> GetHubAsync(CancellationToken cancellationToken)
    {
        var map = await ReadAsync("com.microsoft:eventhub", null, cancellationToken);
        return new EventHubProperties((string)map["name"], AmqpValues.Utc((DateTime)map["created_at"]), Texts(map["partition_ids"]));
    }

    public async Task<PartitionProperties> GetPartitionAsync(string partitionId, CancellationToken cancellationToken)
    {
        var map = await ReadAsync("com.microsoft:partition", partitionId, cancellationToken);
        return new PartitionProperties(
            (string)map["name"],
            (string)map["partition"],
            (bool)map["is_partition_empty"],
            Convert.ToInt64(map["begin_sequence_number"], CultureInfo.InvariantCulture),
            Convert.ToInt64(map["last_enqueued_sequence_number"], CultureInfo.InvariantCulture),
            map["last_enqueued_offset"].ToString()!,
            AmqpValues.Utc((DateTime)map["last_enqueued_time_utc"]));
    }

    public async Task CloseAsync()
    {
        await oneRequest.WaitAsync();
        try
        {
            closed = true;
            await DropAsync();
        }
        finally
        {
            oneRequest.Release();
        }
    }

    public void Dispose() => oneRequest.Dispose();

    private static string[] Texts(object ids) => ids switch
    {
        string[] texts => texts,
        IEnumerable<object> values => [.. values.Select(value => value.ToString()!)],
        _ => throw new InvalidDataException("The hub's partition_ids is not an array."),
    };

    private async Task<Map> ReadAsync(string type, string? partition, CancellationToken cancellationToken)
    {
        await oneRequest.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await ReadOnceAsync(type, partition, cancellationToken);
                }
                catch (Exception e) when (AmqpErrors.Translate(e, endpoint.HubName) is { } failure)
                {
                    await DropAsync();
                    if (!failure.IsTransient || attempt == Attempts || closed)
                    {
                        throw failure;
                    }

                    await Task.Delay(TimeSpan.FromMilliseconds(100 << (attempt * 2)), time, cancellationToken);
                }
            }
        }
        finally
        {
            oneRequest.Release();
        }
    }

    private async Task<Map> ReadOnceAsync(string type, string? partition, CancellationToken cancellationToken)
    {
        if (closed)
        {
            throw new EventHubsException(
                false, endpoint.HubName, "The client is closed.", EventHubsException.FailureReason.ClientClosed);
        }

        var audience = endpoint.Audience($"{endpoint.HubName}/$management");
        if (link is null || connection is not { IsOpen: true })
        {
            await DropAsync();
            connection = await HubConnection.OpenAsync(endpoint, audience, new ReadGate(), time, cancellationToken);
            link = await RequestLink.OpenAsync(
                connection.NewSession(), "$management", "management", endpoint.HubName, time, cancellationToken);
        }

        var request = new Message { BodySection = new AmqpValue { Value = Array.Empty<byte>() }, ApplicationProperties = new ApplicationProperties() };
        request.ApplicationProperties["operation"] = "READ";
        request.ApplicationProperties["name"] = endpoint.HubName;
        request.ApplicationProperties["type"] = type;
        request.ApplicationProperties["security_token"] = (await endpoint.Tokens.GetAsync(audience, time, cancellationToken)).Text;
        if (partition is not null)
        {
            request.ApplicationProperties["partition"] = partition;
        }

        var response = await link.SendAsync(request, time, cancellationToken);
        return RequestLink.Status(response) is >= 200 and < 300 && response.Body is Map map ? map : throw Failure(response);
    }

    private EventHubsException Failure(Message response)
    {
        var status = RequestLink.Status(response);
        var condition = response.ApplicationProperties?["error-condition"]?.ToString() ?? status switch
        {
            404 => "amqp:not-found",
            401 or 403 => "amqp:unauthorized-access",
            400 => "com.microsoft:argument-error",
            _ => "com.microsoft:server-busy",
        };
        return AmqpErrors.From(condition, response.ApplicationProperties?["status-description"]?.ToString() ?? $"Status {status}.", endpoint.HubName);
    }

    private async Task DropAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        (connection, link) = (null, null);
    }
}
