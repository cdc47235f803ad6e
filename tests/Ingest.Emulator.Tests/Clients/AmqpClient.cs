using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Ingest.Emulator.Tests.Clients;

/// <summary>AMQPNetLite as a client of the emulator.</summary>
internal static class AmqpClient
{
    private const string Selector = "apache.org:selector-filter:string";

    public static async Task<Connection> ConnectAsync(EventHubsEmulator emulator, int maxFrameSize = 1 << 20)
    {
        var factory = new ConnectionFactory();
        factory.SASL.Profile = Amqp.Sasl.SaslProfile.Anonymous;
        factory.AMQP.MaxFrameSize = maxFrameSize;
        factory.AMQP.ContainerId = Guid.NewGuid().ToString();
        return await factory.CreateAsync(new Address("127.0.0.1", emulator.Port, null, null, "/", "amqp"));
    }

    public static SenderLink Sender(Connection connection, string address)
        => new(new Session(connection), Guid.NewGuid().ToString(), address);

    public static ReceiverLink Receiver(
        Connection connection, int partition, string? filter = null, long? epoch = null, bool metrics = false, string hub = "telemetry", string group = "$Default")
    {
        var filters = new Map();
        if (filter is not null)
        {
            filters.Add(new Symbol(Selector), new DescribedValue(new Symbol(Selector), filter));
        }

        var attach = new Attach
        {
            Source = new Source { Address = $"{hub}/ConsumerGroups/{group}/Partitions/{partition}", FilterSet = filters },
            Target = new Target(),
            SndSettleMode = SenderSettleMode.Settled,
        };
        if (epoch is { } owner)
        {
            attach.Properties = new Fields { [(Symbol)"com.microsoft:epoch"] = owner };
        }

        if (metrics)
        {
            attach.DesiredCapabilities = new Symbol[] { "com.microsoft:enable-receiver-runtime-metric" };
        }

        return new ReceiverLink(new Session(connection), Guid.NewGuid().ToString(), attach, null);
    }

    /// <summary>A whole Event Hubs batch: one data section per encoded event.</summary>
    public static Message Batch(IEnumerable<Message> events, string? partitionKey = null)
    {
        var data = new DataList();
        foreach (var e in events)
        {
            data.Add(new Data { Buffer = e.Encode() });
        }

        var batch = new Message { Format = 0x80013700, BodySection = data };
        if (partitionKey is not null)
        {
            batch.MessageAnnotations = new MessageAnnotations { [(Symbol)"x-opt-partition-key"] = partitionKey };
        }

        return batch;
    }

    public static Message Event(byte[] body) => new() { BodySection = new Data { Binary = body } };

    public static async Task<List<Message>> ReceiveAsync(ReceiverLink link, int count)
    {
        var messages = new List<Message>();
        while (messages.Count < count && await link.ReceiveAsync(TimeSpan.FromSeconds(10)) is { } message)
        {
            messages.Add(message);
        }

        Assert.Equal(count, messages.Count);
        return messages;
    }

    public static long SequenceNumber(this Message message) => (long)message.MessageAnnotations[(Symbol)"x-opt-sequence-number"];

    public static string Offset(this Message message) => (string)message.MessageAnnotations[(Symbol)"x-opt-offset"];
}
