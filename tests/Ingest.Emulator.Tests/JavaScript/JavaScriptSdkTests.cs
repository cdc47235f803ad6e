using Ingest.Testing.Emulators;

namespace Ingest.Emulator.Tests.JavaScript;

public sealed class JavaScriptSdkTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const int Events = 100_000;

    private EventHubsEmulator Emulator => fixture.Emulator;

    [Fact]
    public async Task Twenty_connects_in_a_row_all_succeed()
    {
        var result = await Script.RunAsync<Connects>(Emulator, "connect", "connects");

        Assert.Equal(new Connects(20, 0), result);
    }

    [Fact]
    public async Task Events_come_back_as_they_were_sent()
    {
        var result = await Script.RunAsync<RoundTrip>(Emulator, "roundtrip", "roundtrip");

        var hub = Emulator.GetHub("roundtrip");
        Assert.Equal("roundtrip", result.Name);
        Assert.Equal(["0", "1", "2", "3"], result.Partitions);
        Assert.Equal(hub.CreatedAt.ToUnixTimeMilliseconds(), result.CreatedOn);
        Assert.Equal(1_048_576, result.MaxBatch);
        Assert.Equal(("-1", -1, true), (result.EmptyOffset, result.EmptyLast, result.WasEmpty));
        Assert.Equal((3, hub[1].LastOffset, false), (result.Last, result.LastOffset, result.IsEmpty));
        Assert.Equal(3, result.TrackedLast);
        Assert.Equal(
            new RoundTripEvent(0, "0", """{"t":21.5}""", "application/json", "m1", "c1", """{"text":"s","int":5,"float":1.5,"long":1099511627776,"flag":true}""", null),
            result.Events[0]);
        Assert.Equal(["raw", "\"text\"", """{"amqp":1}"""], result.Events.Skip(1).Select(e => e.Body));
        Assert.Equal(("d-7", """{"z":9}"""), (result.Events[3].Device, result.Events[3].Properties));
        Assert.True(result.Events.Select(e => long.Parse(e.Offset)).SequenceEqual(result.Events.Select(e => long.Parse(e.Offset)).Order()));
        // Its hash may also have put the key into partition 1 beside the others.
        Assert.All(result.Keys, key => Assert.Equal("device-1", key));
        Assert.Equal(4 + 3, Enumerable.Range(0, 4).Sum(p => (int)hub[p].LastSequenceNumber + 1));
    }

    [Fact]
    public async Task Receivers_begin_where_they_ask_to()
    {
        var partition = Emulator.CreateHub(new HubOptions("positions"))[0];
        for (var i = 0; i < 3; i++)
        {
            partition.Append("\"old\""u8);
        }

        // Enqueued times have a resolution of one millisecond.
        var time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        while (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() <= time)
        {
            await Task.Yield();
        }

        for (var i = 0; i < 3; i++)
        {
            partition.Append("\"new\""u8);
        }

        var result = await Script.RunAsync<Positions>(Emulator, "positions", "positions", environment: ("TIME", time.ToString()));

        Assert.Equal([0, 1, 2, 3, 4, 5], result.Earliest);
        Assert.Equal([3, 4, 5], result.AfterSequence);
        Assert.Equal([2, 3, 4, 5], result.FromSequence);
        Assert.Equal([4, 5], result.AfterOffset);
        Assert.Equal([3, 4, 5], result.FromOffset);
        Assert.Equal([3, 4, 5], result.AfterTime);
        Assert.InRange(result.Latest, 6, int.MaxValue);
    }

    [Fact]
    public async Task A_hundred_thousand_events_over_four_partitions_arrive_in_order_and_none_is_lost()
    {
        var result = await Script.RunAsync<Load>(Emulator, "load", "load", TimeSpan.FromSeconds(60), ("COUNT", Events.ToString()));

        Assert.Equal((Events, 0, 0), (result.Received, result.Wrong, result.Errors));
        Assert.Equal(4, result.Next.Count);
        Assert.All(result.Next.Values, next => Assert.Equal(Events / 4, next));
    }

    [Fact]
    public async Task A_higher_owner_steals_the_partition_and_lower_ones_are_refused()
    {
        Emulator.CreateHub(new HubOptions("epochs"))[0].Append("1"u8);

        var result = await Script.RunAsync<Dictionary<string, Receiver>>(Emulator, "epochs", "epochs");

        Assert.Equal(new Receiver("ReceiverDisconnectedError", "OwnershipLost", 1), result["owner1"]);
        Assert.Equal(new Receiver(null, null, 1), result["owner2"]);
        Assert.Equal(new Receiver("ReceiverDisconnectedError", "OwnershipLost", 0), result["none"]);
        Assert.Equal(new Receiver("ReceiverDisconnectedError", "OwnershipLost", 0), result["owner1again"]);
    }

    [Theory]
    [InlineData("com.microsoft:server-busy")]
    [InlineData("amqp:link:detach-forced")]
    public async Task A_receiver_resumes_after_a_detach_in_mid_stream(string condition)
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry")] });
        Append(emulator, 120);
        emulator.Faults.DetachAfter(50, condition);

        var result = await Script.RunAsync<Resumed>(emulator, "resume", environment: ("COUNT", "120"));

        Assert.Equal(Enumerable.Range(0, 120), result.Numbers);
        Assert.Empty(result.Errors);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Idle_clients_stay_connected_longer_than_their_idle_time_out()
    {
        var result = await Script.RunAsync<Idle>(Emulator, "idle", "idle", TimeSpan.FromMinutes(3), ("SECONDS", "70"));

        Assert.Equal(new Idle(2, 0), result);
    }

    [Fact]
    public async Task A_partition_key_goes_where_the_SDK_itself_computes()
    {
        Emulator.CreateHub(new HubOptions("keys", 32));

        var result = await Script.RunAsync<KeyedPartition[]>(Emulator, "keys", "keys");

        Assert.Equal(42, result.Length);
        var perPartition = result.GroupBy(key => key.Partition).ToDictionary(keys => keys.Key, keys => keys.LongCount());
        Assert.True(perPartition.Count > 10, "The keys spread over too few partitions to prove anything.");
        Assert.All(Enumerable.Range(0, 32), partition
            => Assert.Equal(perPartition.GetValueOrDefault(partition), Emulator.GetHub("keys")[partition].LastSequenceNumber + 1));
    }

    private static void Append(EventHubsEmulator emulator, int count)
    {
        for (var i = 0; i < count; i++)
        {
            emulator.GetHub("telemetry")[0].Append("{}"u8);
        }
    }

    private sealed record Connects(int Connected, int Hung);

    private sealed record Positions(
        int[] Earliest, int[] AfterSequence, int[] FromSequence, int[] AfterOffset, int[] FromOffset, int[] AfterTime, int Latest);

    private sealed record Load(int Received, int Wrong, int Errors, Dictionary<string, int> Next);

    private sealed record Receiver(string? Error, string? Closed, int Events);

    private sealed record Resumed(int[] Numbers, string[] Errors);

    private sealed record Idle(int Received, int Errors);

    private sealed record KeyedPartition(string Key, int Partition);

    private sealed record RoundTrip(
        string Name, string[] Partitions, long CreatedOn, int MaxBatch, string EmptyOffset, int EmptyLast, bool WasEmpty,
        int Last, string LastOffset, bool IsEmpty, int TrackedLast, RoundTripEvent[] Events, string[] Keys);

    private sealed record RoundTripEvent(
        int SequenceNumber, string Offset, string Body, string? ContentType, string? MessageId, string? CorrelationId, string? Properties, string? Device);
}
