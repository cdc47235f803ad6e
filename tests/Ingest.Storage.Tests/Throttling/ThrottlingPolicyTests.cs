using System.Net;
using Azure;
using Azure.Core;
using Ingest.Storage.Tests.Support;
using Ingest.Storage.Throttling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Storage.Tests.Throttling;

[Collection(MeasuredCollection.Name)]
public sealed class ThrottlingPolicyTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData("Retry-After", "7")]
    [InlineData("x-ms-retry-after-ms", "7000")]
    [InlineData("Retry-After", "Sat, 01 Jan 2000 00:00:07 GMT")]
    public async Task No_request_goes_to_a_service_before_the_time_it_asked_for(string header, string value)
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0 }, time);
        wire.Answer = () => FakeWire.Response(HttpStatusCode.ServiceUnavailable, header, value);
        Assert.Equal(503, await FakeWire.SendAsync(wire.Tables));
        wire.Answer = () => FakeWire.Response(HttpStatusCode.OK);

        var held = FakeWire.SendAsync(wire.Tables);
        time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.Equal((1, false), (wire.Sent, held.IsCompleted));
        time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal(200, await held);
        Assert.Equal(2, wire.Sent);
    }

    [Fact]
    public async Task A_retry_waits_as_long_as_the_service_asked_for()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 1, MaxRetryDelay = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        var watch = TimeProvider.System.GetTimestamp();
        var sending = FakeWire.SendAsync(wire.Tables);
        (await wire.NextAsync()).SetResult(FakeWire.Response(HttpStatusCode.ServiceUnavailable, "retry-after-ms", "300"));
        (await wire.NextAsync()).SetResult(FakeWire.Response(HttpStatusCode.OK));

        Assert.Equal(200, await sending);
        Assert.InRange(TimeProvider.System.GetElapsedTime(watch).TotalMilliseconds, 290, 30_000);
    }

    [Fact]
    public async Task In_an_outage_one_probe_goes_and_when_it_succeeds_all_go_on()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0 }, time);
        await BreakAsync(wire);
        var outage = wire.Sent;

        var held = Enumerable.Range(0, 10).Select(_ => FakeWire.SendAsync(wire.Tables)).ToList();
        Assert.Equal(outage, wire.Sent);
        wire.Answer = null;
        time.Advance(TimeSpan.FromSeconds(0.6));
        (await wire.NextAsync()).SetResult(FakeWire.Response(HttpStatusCode.ServiceUnavailable));
        await Task.WhenAny(held);
        Assert.Equal((outage + 1, CircuitState.Open), (wire.Sent, wire.Throttle.Tables.State));

        wire.Answer = () => FakeWire.Response(HttpStatusCode.OK);
        await AdvanceUntilAsync(Task.WhenAll(held));
        Assert.Equal(outage + 10, wire.Sent);
        Assert.Equal(9, held.Count(task => task.Result == 200));
        Assert.Equal(CircuitState.Closed, wire.Throttle.Tables.State);
    }

    [Fact]
    public async Task An_outage_is_logged_once_an_account_when_it_begins_and_once_when_it_ends()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0 }, time);
        wire.Answer = () => FakeWire.Response(HttpStatusCode.ServiceUnavailable);
        await FakeWire.SendAsync(wire.Tables);
        Assert.Empty(wire.Log.Lines);
        wire.Answer = () => FakeWire.Response(HttpStatusCode.OK);
        await FakeWire.SendAsync(wire.Tables);
        await BreakAsync(wire);
        var held = Enumerable.Range(0, 10).Select(_ => FakeWire.SendAsync(wire.Tables)).ToList();

        // Probes of 0.5, 1, 2 s and so on fail, each on behalf of somebody else.
        for (var failed = 1; failed <= 4; failed++)
        {
            await AdvanceUntilAsync(Task.WhenAny(held.Where(request => !request.IsCompleted)));
        }

        var down = Assert.Single(wire.Log.Lines);
        Assert.Equal(
            (LogLevel.Warning, "contoso: Table storage is down: 6 requests in a row failed in 00:00:05, the last with '503 ServerBusy'; requests wait up to 00:10:00, one goes at least every 00:00:03 to see"),
            (down.Level, down.Text));

        wire.Answer = () => FakeWire.Response(HttpStatusCode.OK);
        await AdvanceUntilAsync(Task.WhenAll(held));
        Assert.Equal(2, wire.Log.Lines.Count);
        var back = wire.Log.Lines.Last();
        Assert.Equal(LogLevel.Information, back.Level);
        Assert.StartsWith("contoso: Table storage answers again after 00:00:1", back.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Through_ten_minutes_of_outage_requests_wait_behind_a_probe_every_three_seconds_take_no_memory_and_go_on_within_five_seconds()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0, OutageWait = TimeSpan.FromMinutes(10) }, time);
        await BreakAsync(wire);
        var (outage, before) = (time.GetUtcNow(), wire.Sent);
        wire.Answer = () => FakeWire.Response(HttpStatusCode.ServiceUnavailable);
        var held = Enumerable.Range(0, 200).Select(_ => FakeWire.SendAsync(wire.Tables)).ToList();
        var memory = 0L;
        for (var minute = 1; minute < 10; minute++)
        {
            await AdvanceAsync(() => time.GetUtcNow() - outage >= TimeSpan.FromMinutes(minute));
            var now = GC.GetTotalMemory(forceFullCollection: true);
            memory = memory == 0 ? now : memory;
            Assert.True(now - memory < 1_000_000, $"Memory grew by {now - memory} bytes within {minute - 1} minutes.");
        }

        // Two at 0.5 and 1 s, then one every 2.25 to 3 s; each is one of those that wait, and fails.
        Assert.InRange(wire.Sent - before, 170, 250);
        Assert.Equal(wire.Sent - before, held.Count(request => request.IsCompleted));
        Assert.All(held.Where(request => request.IsCompleted), request => Assert.Equal(503, request.Result));

        var waiting = held.Where(request => !request.IsCompleted).Concat([FakeWire.SendAsync(wire.Tables)]).ToList();
        wire.Answer = () => FakeWire.Response(HttpStatusCode.OK);
        var recovered = time.GetUtcNow();
        await AdvanceUntilAsync(Task.WhenAll(waiting));
        Assert.All(waiting, request => Assert.Equal(200, request.Result));
        Assert.InRange((time.GetUtcNow() - recovered).TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task Requests_that_hang_since_before_an_outage_keep_nobody_waiting_after_it()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0, InitialConcurrency = 8 }, time);
        var hung = Enumerable.Range(0, 2).Select(_ => FakeWire.SendAsync(wire.Tables)).ToList();
        var requests = new[] { await wire.NextAsync(), await wire.NextAsync() };
        await BreakAsync(wire);
        Assert.InRange(wire.Throttle.Limiter.Limit, 1, 2);
        wire.Answer = null;
        hung.Add(FakeWire.SendAsync(wire.Tables));

        // The first probe hangs as well; the second one finds the service there.
        time.Advance(TimeSpan.FromSeconds(0.6));
        var hungProbe = await wire.NextAsync();
        wire.Answer = () => FakeWire.Response(HttpStatusCode.OK);
        var next = Enumerable.Range(0, 20).Select(_ => FakeWire.SendAsync(wire.Tables)).ToList();
        await AdvanceUntilAsync(Task.WhenAll(next));
        Assert.InRange((time.GetUtcNow() - time.Start).TotalSeconds, 5, 15);

        var limit = wire.Throttle.Limiter.Limit;
        foreach (var request in requests.Append(hungProbe))
        {
            request.SetException(new HttpRequestException("The connection was reset."));
        }

        await Assert.ThrowsAnyAsync<RequestFailedException>(() => Task.WhenAll(hung));
        Assert.Equal((limit, 0), (wire.Throttle.Limiter.Limit, wire.Throttle.Limiter.InFlight));
    }

    [Fact]
    public async Task Blobs_go_on_while_tables_are_down()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0 }, time);
        await BreakAsync(wire);
        wire.Answer = () => FakeWire.Response(HttpStatusCode.OK);

        Assert.Equal(200, await FakeWire.SendAsync(wire.Blobs));
    }

    [Fact]
    public async Task A_request_that_was_held_too_long_fails_without_being_sent_or_retried()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0, OutageWait = TimeSpan.Zero }, time);
        await BreakAsync(wire);
        var outage = wire.Sent;

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => FakeWire.SendAsync(wire.Tables));

        Assert.Equal((503, "StorageCircuitOpen", outage), (failure.Status, failure.ErrorCode, wire.Sent));
    }

    [Fact]
    public async Task A_cancelled_probe_leaves_its_place_to_the_next()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0 }, time);
        await BreakAsync(wire);
        time.Advance(TimeSpan.FromSeconds(0.6));
        wire.Answer = null;
        using var cancellation = new CancellationTokenSource();
        var probe = FakeWire.SendAsync(wire.Tables, cancellation.Token);
        await wire.NextAsync();
        var held = FakeWire.SendAsync(wire.Tables);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        (await wire.NextAsync()).SetResult(FakeWire.Response(HttpStatusCode.OK));

        Assert.Equal(200, await held);
    }

    [Fact]
    public async Task Retries_end_when_the_account_has_spent_its_budget()
    {
        using var wire = new FakeWire(
            new StorageOptions { MaxRetries = 5, MaxRetryDelay = TimeSpan.FromMilliseconds(1), RetryBudget = 3, RetryRatio = 0.01 }, time);
        wire.Answer = () => FakeWire.Response(HttpStatusCode.InternalServerError);

        Assert.Equal(500, await FakeWire.SendAsync(wire.Blobs));
        Assert.Equal(4, wire.Sent);
        Assert.Equal(500, await FakeWire.SendAsync(wire.Tables));
        Assert.Equal(5, wire.Sent);
    }

    [Fact]
    public async Task A_time_out_lowers_the_limit()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0, NetworkTimeout = TimeSpan.FromMilliseconds(50), InitialConcurrency = 10 }, time);

        await Assert.ThrowsAnyAsync<Exception>(() => FakeWire.SendAsync(wire.Tables));

        Assert.Equal((9, 0), (wire.Throttle.Limiter.Limit, wire.Throttle.Limiter.InFlight));
    }

    [Fact]
    public async Task A_cancelled_caller_gives_its_slot_back_and_lowers_nothing()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0, InitialConcurrency = 10 }, time);
        using var cancellation = new CancellationTokenSource();
        var cancelled = FakeWire.SendAsync(wire.Tables, cancellation.Token);
        await wire.NextAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal((10, 0), (wire.Throttle.Limiter.Limit, wire.Throttle.Limiter.InFlight));
    }

    [Fact]
    public async Task A_connection_that_breaks_gives_its_slot_back()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0, InitialConcurrency = 10 }, time);
        wire.Answer = () => throw new HttpRequestException("The connection was refused.");

        await Assert.ThrowsAnyAsync<RequestFailedException>(() => FakeWire.SendAsync(wire.Blobs));

        Assert.Equal((9, 0), (wire.Throttle.Limiter.Limit, wire.Throttle.Limiter.InFlight));
    }

    [Fact]
    public async Task Blobs_and_tables_share_the_slots_of_their_account()
    {
        using var wire = new FakeWire(new StorageOptions { InitialConcurrency = 1, MaxConcurrency = 1 }, time);
        var blob = FakeWire.SendAsync(wire.Blobs);
        var first = await wire.NextAsync();
        var table = FakeWire.SendAsync(wire.Tables);
        Assert.Equal((1, 1), (wire.Sent, wire.Throttle.Limiter.Waiting));

        first.SetResult(FakeWire.Response(HttpStatusCode.OK));
        (await wire.NextAsync()).SetResult(FakeWire.Response(HttpStatusCode.NotFound));

        Assert.Equal((200, 404), (await blob, await table));
    }

    [Fact]
    public async Task A_request_that_waited_for_its_slot_while_the_service_went_away_is_held_too()
    {
        using var wire = new FakeWire(new StorageOptions { MaxRetries = 0, InitialConcurrency = 1, MaxConcurrency = 1 }, time);
        var first = FakeWire.SendAsync(wire.Tables);
        var pending = await wire.NextAsync();
        var waiting = FakeWire.SendAsync(wire.Tables);
        pending.SetResult(FakeWire.Response(HttpStatusCode.ServiceUnavailable, "Retry-After", "5"));
        Assert.Equal(503, await first);
        Assert.Equal(1, wire.Sent);

        await AdvanceUntilAsync(Task.Run(async () => (await wire.NextAsync()).SetResult(FakeWire.Response(HttpStatusCode.OK))));

        Assert.Equal(200, await waiting);
        Assert.True(time.GetUtcNow() >= time.Start.AddSeconds(5));
    }

    /// <summary>Six failures over six seconds.</summary>
    private async Task BreakAsync(FakeWire wire)
    {
        wire.Answer = () => FakeWire.Response(HttpStatusCode.ServiceUnavailable, "x-ms-error-code", "ServerBusy");
        for (var i = 0; i < 6; i++)
        {
            await FakeWire.SendAsync(wire.Tables);
            time.Advance(TimeSpan.FromSeconds(i < 5 ? 1 : 0));
        }

        Assert.Equal(CircuitState.Open, wire.Throttle.Tables.State);
    }

    /// <summary>Lets the clock go on, and whoever it wakes.</summary>
    private async Task AdvanceAsync(Func<bool> until)
    {
        while (!until())
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(2);
        }
    }

    /// <summary>Waiters set their timers in their own time, so the clock goes on until they are through.</summary>
    private async Task AdvanceUntilAsync(Task done)
    {
        for (var i = 0; i < 5000 && !done.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(done, Task.Delay(2));
        }

        await done.WaitAsync(TimeSpan.Zero);
    }
}
