using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Ingest.Emulator;
using Ingest.Testing.Emulators;

namespace Ingest.LocalWorker.Tests.EventHubs;

public sealed class PartitionReceiverTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Reading_goes_on_where_the_last_batch_ended()
    {
        var hub = Hub(events: 25);
        await using var receiver = Receiver(hub, EventPosition.Earliest);

        Assert.Equal(Numbers(0, 25), await ReadAsync(receiver, 25, atOnce: 10));
    }

    [Fact]
    public async Task Each_kind_of_position_begins_where_it_says()
    {
        var hub = Hub(events: 10);
        await using var all = Receiver(hub, EventPosition.Earliest);
        var events = (await all.ReceiveBatchAsync(10, Patience)).ToList();

        Assert.Equal(4, await FirstAsync(EventPosition.FromSequenceNumber(4)));
        Assert.Equal(5, await FirstAsync(EventPosition.FromSequenceNumber(4, isInclusive: false)));
        Assert.Equal(4, await FirstAsync(EventPosition.FromOffset(events[4].OffsetString!)));
        Assert.Equal(5, await FirstAsync(EventPosition.FromOffset(events[4].OffsetString!, isInclusive: false)));
        Assert.Equal(0, await FirstAsync(EventPosition.FromEnqueuedTime(events[0].EnqueuedTime.AddSeconds(-5))));

        async Task<long> FirstAsync(EventPosition position)
        {
            await using var receiver = Receiver(hub, position);
            return (await receiver.ReceiveBatchAsync(1, Patience)).Single().SequenceNumber;
        }
    }

    [Fact]
    public async Task An_empty_batch_comes_after_the_wait_when_there_is_nothing()
    {
        var hub = Hub(events: 0);
        await using var receiver = Receiver(hub, EventPosition.Earliest);

        Assert.Empty(await receiver.ReceiveBatchAsync(10, TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task A_broken_connection_is_replaced_and_nothing_is_lost_or_repeated()
    {
        var hub = Hub(events: 200);
        await using var receiver = Receiver(hub, EventPosition.Earliest);
        var numbers = await ReadAsync(receiver, 50, atOnce: 10);

        fixture.Emulator.Faults.DropConnections();
        numbers.AddRange(await ReadAsync(receiver, 100, atOnce: 10));
        fixture.Emulator.Faults.DetachReceivers(hub.Name);
        numbers.AddRange(await ReadAsync(receiver, 50, atOnce: 10));

        Assert.Equal(Numbers(0, 200), numbers);
    }

    [Fact]
    public async Task A_reader_with_an_equal_owner_level_takes_over_and_the_first_one_is_told()
    {
        var hub = Hub(events: 1);
        await using var first = Receiver(hub, EventPosition.Earliest, ownerLevel: 0);
        Assert.Single(await first.ReceiveBatchAsync(10, Patience));

        await using var second = Receiver(hub, EventPosition.Earliest, ownerLevel: 0);
        Assert.Single(await second.ReceiveBatchAsync(10, Patience));

        var told = await Assert.ThrowsAsync<EventHubsException>(() => first.ReceiveBatchAsync(10, Patience));
        Assert.Equal((EventHubsException.FailureReason.ConsumerDisconnected, false), (told.Reason, told.IsTransient));
    }

    [Fact]
    public async Task A_reader_without_owner_level_is_refused_beside_an_exclusive_one()
    {
        var hub = Hub(events: 1);
        await using var exclusive = Receiver(hub, EventPosition.Earliest, ownerLevel: 0);
        Assert.Single(await exclusive.ReceiveBatchAsync(10, Patience));
        await using var other = Receiver(hub, EventPosition.Earliest);

        var refusal = await Assert.ThrowsAsync<EventHubsException>(() => other.ReceiveBatchAsync(10, Patience));

        Assert.Equal(EventHubsException.FailureReason.ConsumerDisconnected, refusal.Reason);
    }

    [Fact]
    public async Task A_busy_hub_is_tried_again()
    {
        var hub = Hub(events: 1);
        fixture.Emulator.Faults.RefuseAttaches("com.microsoft:server-busy", 2);
        await using var receiver = Receiver(hub, EventPosition.Earliest);

        Assert.Single(await receiver.ReceiveBatchAsync(10, Patience));
    }

    [Fact]
    public async Task An_unreachable_namespace_is_a_transient_failure()
    {
        await using var receiver = new PartitionReceiver(
            "$Default", "0", EventPosition.Earliest, "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true", "hub");

        var failure = await Assert.ThrowsAsync<EventHubsException>(() => receiver.ReceiveBatchAsync(1, Patience));

        Assert.Equal((EventHubsException.FailureReason.ServiceCommunicationProblem, true), (failure.Reason, failure.IsTransient));
    }

    [Fact]
    public async Task A_hub_that_does_not_exist_is_a_permanent_failure()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions());
        await using var client = new EventHubConsumerClient("$Default", emulator.ConnectionString, "missing");
        await using var receiver = new PartitionReceiver("$Default", "0", EventPosition.Earliest, emulator.ConnectionString, "missing");

        Assert.Equal(EventHubsException.FailureReason.ResourceNotFound, (await Assert.ThrowsAsync<EventHubsException>(() => client.GetEventHubPropertiesAsync())).Reason);
        Assert.Equal(EventHubsException.FailureReason.ResourceNotFound, (await Assert.ThrowsAsync<EventHubsException>(() => receiver.ReceiveBatchAsync(1, Patience))).Reason);
    }

    [Fact]
    public async Task The_hub_and_its_partitions_describe_themselves()
    {
        var hub = fixture.Emulator.CreateHub(new HubOptions("hub-" + Guid.NewGuid().ToString("N"), 3));
        for (var i = 0; i < 5; i++)
        {
            hub[1].Append("{}"u8);
        }

        hub[1].TrimTo(2);
        await using var client = new EventHubConsumerClient("$Default", fixture.ConnectionString, hub.Name);

        var properties = await client.GetEventHubPropertiesAsync();
        var full = await client.GetPartitionPropertiesAsync("1");
        var empty = await client.GetPartitionPropertiesAsync("0");
        // Again after the connection broke.
        fixture.Emulator.Faults.DropConnections();
        Assert.Equal(["0", "1", "2"], await client.GetPartitionIdsAsync());

        Assert.Equal(hub.Name, properties.Name);
        Assert.Equal(["0", "1", "2"], properties.PartitionIds);
        Assert.Equal(hub.CreatedAt, properties.CreatedOn, TimeSpan.FromMilliseconds(1));
        Assert.Equal((2L, 4L, false, "1"), (full.BeginningSequenceNumber, full.LastEnqueuedSequenceNumber, full.IsEmpty, full.Id));
        Assert.Equal(hub[1].LastOffset, full.LastEnqueuedOffsetString);
        Assert.Equal((-1L, true), (empty.LastEnqueuedSequenceNumber, empty.IsEmpty));
    }

    [Theory]
    [InlineData("nonsense", "hub", "list of Name=Value")]
    [InlineData("SharedAccessKeyName=n;SharedAccessKey=k", "hub", "Endpoint")]
    [InlineData("Endpoint=sb://localhost;UseDevelopmentEmulator=true", "hub", "SharedAccessKey")]
    [InlineData("Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k;EntityPath=other", "hub", "other")]
    [InlineData("Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k", "", "names a hub")]
    public void A_connection_string_that_cannot_work_is_refused_at_once(string connectionString, string hub, string says)
    {
        var refusal = Assert.Throws<ArgumentException>(() => new EventHubConsumerClient("$Default", connectionString, hub));

        Assert.Contains(says, refusal.Message);
    }

    private static IEnumerable<long> Numbers(int first, int count) => Enumerable.Range(first, count).Select(number => (long)number);

    private static async Task<List<long>> ReadAsync(PartitionReceiver receiver, int count, int atOnce)
    {
        var numbers = new List<long>();
        while (numbers.Count < count)
        {
            var batch = (await receiver.ReceiveBatchAsync(Math.Min(atOnce, count - numbers.Count), Patience)).ToList();
            Assert.NotEmpty(batch);
            numbers.AddRange(batch.Select(received => received.SequenceNumber));
        }

        return numbers;
    }

    private EmulatedHub Hub(int events)
    {
        var hub = fixture.Emulator.CreateHub(new HubOptions("hub-" + Guid.NewGuid().ToString("N"), 1));
        for (var i = 0; i < events; i++)
        {
            hub[0].Append("{}"u8);
        }

        return hub;
    }

    private PartitionReceiver Receiver(EmulatedHub hub, EventPosition position, long? ownerLevel = null) => new(
        "$Default", "0", position, fixture.ConnectionString, hub.Name, new PartitionReceiverOptions { OwnerLevel = ownerLevel, PrefetchCount = 20 });
}
