using Amqp.Framing;
using Ingest.Emulator.Connections;
using Ingest.Emulator.Tests.Clients;

namespace Ingest.Emulator.Tests.Connections;

public sealed class BackPressureTests
{
    private const int EventSize = 60_000;
    
    // Two buffers, each beyond the high-water mark by no more than the frames of one read.
    private const int MostWaiting = 2 * (ServerConnection.HighWater + EmulatorOptions.LargestMaxFrameSize);

    [Fact]
    public async Task A_receiver_that_does_not_read_costs_no_memory_and_still_gets_everything()
    {
        const int events = 1000;
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)] });
        for (var i = 0; i < events; i++)
        {
            emulator.GetHub("telemetry")[0].Append(new byte[EventSize]);
        }

        using var peer = await RawPeer.OpenAsync(emulator, incomingWindow: 1_000_000);
        await peer.AttachReceiverAsync(0);
        await peer.GrantAsync(0, 1_000_000, window: 1_000_000);
        var connection = Assert.Single(emulator.Connections);
        // The sender parks once the operating system's buffers are full too; then what waits no longer changes.
        var waiting = await UntilSteadyAsync(() => connection.Unsent > 0, () => connection.Unsent);

        Assert.InRange(waiting, 1, MostWaiting);
        for (uint i = 0; i < events; i++)
        {
            Assert.Equal(i, (await peer.ExpectAsync<Transfer>()).DeliveryId);
        }
    }

    [Fact]
    public async Task A_peer_that_asks_but_does_not_read_is_no_longer_listened_to()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions());
        using var peer = await RawPeer.OpenAsync(emulator);
        var connection = Assert.Single(emulator.Connections);
        var question = RawPeer.Encode(0, new Flow { Echo = true, NextIncomingId = 0, IncomingWindow = 1, NextOutgoingId = 0, OutgoingWindow = 1 });
        var questions = Enumerable.Repeat(question, 1000).SelectMany(bytes => bytes).ToArray();
        var asking = Task.Run(async () =>
        {
            while (true)
            {
                await peer.SendAsync(questions);
            }
        });

        var waiting = await UntilSteadyAsync(() => connection.Unsent > ServerConnection.HighWater, () => connection.Unsent);
        peer.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => asking);

        Assert.InRange(waiting, 1, MostWaiting);
    }

    [Fact]
    public async Task One_stalled_receiver_does_not_hold_up_another()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)] });
        for (var i = 0; i < 200; i++)
        {
            emulator.GetHub("telemetry")[0].Append(new byte[EventSize]);
        }

        using var stalled = await RawPeer.OpenAsync(emulator);
        await stalled.AttachReceiverAsync(0);
        await stalled.GrantAsync(0, 1000);
        using var reading = await RawPeer.OpenAsync(emulator);
        await reading.AttachReceiverAsync(0);
        await reading.GrantAsync(0, 1000);

        for (uint i = 0; i < 200; i++)
        {
            Assert.Equal(i, (await reading.ExpectAsync<Transfer>()).DeliveryId);
        }
    }

    private static async Task<int> UntilSteadyAsync(Func<bool> reached, Func<int> value)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var (last, same) = (-1, 0);
        while (same < 6)
        {
            await timer.WaitForNextTickAsync(patience.Token);
            var now = value();
            same = reached() && now == last ? same + 1 : 0;
            last = now;
        }

        return last;
    }
}
