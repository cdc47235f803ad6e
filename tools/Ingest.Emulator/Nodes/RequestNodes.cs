using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Nodes;

/// <summary>Answers the requests to <c>$cbs</c> and <c>$management</c>.</summary>
internal sealed class RequestNodes(EventHubsEmulator emulator)
{
    private const string HubType = "com.microsoft:eventhub";
    private const string PartitionType = "com.microsoft:partition";

    public Message Answer(string node, Message request)
    {
        var (status, description, condition, body) = node == "$cbs" ? PutToken(request) : Read(request);
        var answer = new Message { Properties = new Properties(), ApplicationProperties = new ApplicationProperties() };
        if (request.Properties?.GetMessageId() is { } id)
        {
            answer.Properties.SetCorrelationId(id);
        }

        answer.ApplicationProperties["status-code"] = status;
        answer.ApplicationProperties["status-description"] = description;
        if (condition is not null)
        {
            answer.ApplicationProperties["error-condition"] = (Symbol)condition;
        }

        if (body is not null)
        {
            answer.BodySection = new AmqpValue { Value = body };
        }

        return answer;
    }

    private (int Status, string Description, string? Condition, Map? Body) PutToken(Message request)
    {
        if (Text(request, "operation") != "put-token")
        {
            return (400, "The operation is not put-token.", null, null);
        }

        // Any token will do: this is no service to protect, and clients sign theirs with a made-up key.
        return emulator.Faults.TakeTokenRefusal()
            ? (401, "The token was refused on demand of the emulator's faults.", null, null)
            : (202, "Accepted", null, null);
    }

    private (int Status, string Description, string? Condition, Map? Body) Read(Message request)
    {
        var type = Text(request, "type");
        if (Text(request, "operation") != "READ" || type is not (HubType or PartitionType))
        {
            return (501, $"Only READ of {HubType} and {PartitionType} is known.", ErrorConditions.NotImplemented, null);
        }

        var name = Text(request, "name") ?? "";
        if (emulator.FindHub(name) is not { } hub)
        {
            return (404, $"The messaging entity 'sb://localhost/{name}' could not be found.", ErrorConditions.NotFound, null);
        }

        if (type == HubType)
        {
            return (200, "OK", null, HubProperties(hub));
        }

        var id = Text(request, "partition") ?? "";
        return hub.FindPartition(id) is { } partition
            ? (200, "OK", null, PartitionProperties(hub, partition))
            : (400, hub.PartitionOutOfRange(id), ErrorConditions.ArgumentOutOfRange, null);
    }

    private static Map HubProperties(EmulatedHub hub) => new()
    {
        ["name"] = hub.Name,
        ["type"] = HubType,
        ["created_at"] = hub.CreatedAt.UtcDateTime,
        ["partition_count"] = hub.PartitionCount,
        ["partition_ids"] = Enumerable.Range(0, hub.PartitionCount).Select(partition => partition.ToString()).ToArray(),
        ["georeplication_factor"] = 1,
    };

    private static Map PartitionProperties(EmulatedHub hub, EmulatedPartition partition)
    {
        var state = partition.Log.State;
        return new Map
        {
            ["name"] = hub.Name,
            ["type"] = PartitionType,
            ["partition"] = partition.Id.ToString(),
            ["begin_sequence_number"] = state.Beginning,
            ["last_enqueued_sequence_number"] = state.Last,
            ["last_enqueued_offset"] = state.LastOffset.ToString(),
            ["last_enqueued_time_utc"] = DateTimeOffset.FromUnixTimeMilliseconds(state.LastEnqueuedMs).UtcDateTime,
            ["is_partition_empty"] = state.IsEmpty,
        };
    }

    private static string? Text(Message request, string property) => request.ApplicationProperties?[property] as string;
}
