using Ingest.LocalWorker.EventHubs.Amqp;

namespace Ingest.LocalWorker.Tests.EventHubs;

public sealed class PrefetchWindowTests
{
    [Fact]
    public void A_fresh_link_gets_credit_for_the_whole_window() => Assert.Equal(300, new PrefetchWindow(300, 1 << 20).Open());

    [Fact]
    public void Granted_and_waiting_events_together_never_exceed_the_number()
    {
        var window = new PrefetchWindow(100, long.MaxValue / 2);
        var (granted, waiting) = (window.Open(), 0);
        var random = new Random(7);
        for (var step = 0; step < 10_000; step++)
        {
            if (random.Next(2) == 0 && granted > 0)
            {
                granted += window.Arrived(300) - 1;
                waiting++;
            }
            else if (waiting > 0)
            {
                var taken = random.Next(1, waiting + 1);
                waiting -= taken;
                granted += window.Taken(taken, taken * 300);
            }

            Assert.InRange(granted + waiting, 0, 100);
            Assert.True(granted > 0 || waiting > 0, "The link starves.");
        }
    }

    [Fact]
    public void Large_events_get_less_credit_so_that_the_bytes_stay_bounded()
    {
        const int Size = 100_000;
        var window = new PrefetchWindow(300, 1_000_000);
        var granted = window.Open();
        granted += window.Arrived(Size) - 1;
        granted += window.Taken(1, Size);
        // What was granted while events were thought small still comes; from then on ten fit.
        var waiting = 0;
        while (granted > 0)
        {
            granted += window.Arrived(Size) - 1;
            waiting++;
        }

        granted = window.Taken(waiting, (long)waiting * Size);

        Assert.Equal(10, granted);
    }

    [Fact]
    public void An_event_larger_than_the_whole_window_still_passes()
    {
        var window = new PrefetchWindow(300, 1000);
        var granted = window.Open();
        while (granted > 0)
        {
            granted += window.Arrived(50_000) - 1;
        }

        Assert.True(window.IsOverfull);
        Assert.Equal(0, granted);
        Assert.Equal(1, window.Taken(1, 50_000));
        Assert.False(window.IsOverfull);
    }

    [Fact]
    public async Task A_shut_gate_holds_readers_until_it_opens()
    {
        var gate = new ReadGate();
        Assert.True(gate.WaitAsync().IsCompleted);

        gate.Set(open: false);
        var waiting = gate.WaitAsync();
        Assert.False(waiting.IsCompleted);

        gate.Set(open: true);
        await waiting;
        gate.Close();
        gate.Set(open: false);
        Assert.True(gate.WaitAsync().IsCompleted);
    }
}
