using System.Globalization;
using Ingest.LocalWorker.EventHubs;
using Ingest.Storage.Quarantine;

namespace Ingest.Cli.Quarantine;

/// <summary>How a replay is done.</summary>
/// <param name="PerSecond">Events a second; null: no limit.</param>
/// <param name="Again">States of earlier runs in which a record is sent all the same.</param>
public sealed record ReplayOptions(bool DryRun, double? PerSecond, IReadOnlySet<ReplayState> Again);

/// <summary>Sends an event to a hub.</summary>
public delegate Task<SendResult> SendToHub(string hub, OutgoingEvent outgoing, CancellationToken cancellationToken);

/// <summary>
/// Sends quarantined records again. Each is written down in the register before it is sent, so that a run that is repeated, or
/// goes on after one that was interrupted, sends none of them a second time; what an interrupted run may have sent is reported, and
/// sent again only on demand.
/// </summary>
public sealed class ReplayRun(
    ReplayPlan plan, ReplayRegister register, SendToHub send, ReplayOptions options, TimeProvider clock, TextWriter progress)
{
    /// <summary>Records on their way at once. What a killed run leaves unknown is at most this much.</summary>
    private const int Window = 64;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    private readonly ReplayReport report = new() { DryRun = options.DryRun };
    private readonly SendRate rate = new(options.PerSecond, clock);

    /// <exception cref="OperationCanceledException">It was stopped; everything that was sent is settled.</exception>
    public async Task<ReplayReport> RunAsync(IAsyncEnumerable<QuarantineRow> rows, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var shown = started;
        var size = options.PerSecond is { } perSecond ? (int)Math.Clamp(perSecond, 1, Window) : Window;
        await foreach (var window in rows.Chunk(size).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            report.Quarantined += window.Length;
            await RunAsync(window, cancellationToken).ConfigureAwait(false);
            if (clock.GetElapsedTime(shown) >= ProgressInterval)
            {
                shown = clock.GetTimestamp();
                await ShowAsync().ConfigureAwait(false);
            }

            if (report.Stopped)
            {
                break;
            }
        }

        report.Seconds = Math.Round(clock.GetElapsedTime(started).TotalSeconds, 3);
        await ShowAsync().ConfigureAwait(false);
        return report;
    }

    private async Task RunAsync(QuarantineRow[] window, CancellationToken cancellationToken)
    {
        var items = await Task.WhenAll(window.Select(row => plan.MakeAsync(row, cancellationToken))).ConfigureAwait(false);
        foreach (var item in items.Where(item => item.Event is null))
        {
            report.Refused++;
            report.Add(item.Claim.From.ToString(), item.Obstacle!);
        }

        var possible = items.Where(item => item.Event is not null).ToArray();
        if (options.DryRun)
        {
            await LookAsync(possible, cancellationToken).ConfigureAwait(false);
            return;
        }

        await SendAsync(await ClaimAsync(possible, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<(ReplayItem Item, string ETag)>> ClaimAsync(ReplayItem[] items, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Stopping in the middle would leave claims that nobody sends and nobody settles.
        var claims = items.Select(item => register.ClaimAsync(item.Claim, options.Again, CancellationToken.None)).ToArray();
        await ((Task)Task.WhenAll(claims)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<(ReplayItem Item, string ETag)> claimed = [];
        foreach (var (item, claim) in items.Zip(claims).Where(pair => pair.Second.IsCompletedSuccessfully))
        {
            var answer = await claim.ConfigureAwait(false);
            if (answer.ETag is { } etag)
            {
                claimed.Add((item, etag));
            }
            else
            {
                Skip(item, answer.Before, answer.At);
            }
        }

        if (!claims.All(claim => claim.IsCompletedSuccessfully))
        {
            await Task.WhenAll(claimed.Select(one => SettleAsync(one.Item, one.ETag, null))).ConfigureAwait(false);
            await Task.WhenAll(claims).ConfigureAwait(false);
        }

        return claimed;
    }

    /// <summary>In their order; the answers come when they come.</summary>
    private async Task SendAsync(List<(ReplayItem Item, string ETag)> claimed, CancellationToken cancellationToken)
    {
        List<Task<SendResult>> sending = [];
        try
        {
            foreach (var (item, _) in claimed)
            {
                await rate.WaitAsync(cancellationToken).ConfigureAwait(false);
                sending.Add(send(item.Claim.Hub, item.Event!, cancellationToken));
            }
        }
        finally
        {
            // Also where the user stopped it: what is on its way has to be written down, and what was not sent may be later.
            await ((Task)Task.WhenAll(sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(claimed.Select((one, i) => SettleAsync(one.Item, one.ETag, i < sending.Count ? sending[i] : null))).ConfigureAwait(false);
        }
    }

    private async Task SettleAsync(ReplayItem item, string etag, Task<SendResult>? sending)
    {
        if (sending is null || sending.IsCanceled)
        {
            await register.SettleAsync(item.Claim.From, etag, isSent: false, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        var (outcome, reason) = await sending.ConfigureAwait(false);
        switch (outcome)
        {
            case SendOutcome.Accepted:
                await register.SettleAsync(item.Claim.From, etag, isSent: true, CancellationToken.None).ConfigureAwait(false);
                Count(r => r.Sent++);
                break;
            case SendOutcome.Unknown:
                Count(r =>
                {
                    r.Unknown++;
                    r.Stopped = true;
                    r.Add(item.Claim.From.ToString(), $"{reason} Whether the hub {item.Claim.Hub} has it is unknown.");
                });
                break;
            default:
                await register.SettleAsync(item.Claim.From, etag, isSent: false, CancellationToken.None).ConfigureAwait(false);
                Count(r =>
                {
                    r.Refused++;
                    r.Stopped |= outcome == SendOutcome.NotSent;
                    r.Add(item.Claim.From.ToString(), reason ?? "The hub refused it.");
                });
                break;
        }
    }

    private async Task LookAsync(ReplayItem[] items, CancellationToken cancellationToken)
    {
        var states = await Task.WhenAll(items.Select(item => register.StateAsync(item.Claim.From, cancellationToken))).ConfigureAwait(false);
        foreach (var (item, state) in items.Zip(states))
        {
            if (state is ReplayState.New or ReplayState.Refused || options.Again.Contains(state))
            {
                report.WouldSend++;
            }
            else
            {
                Skip(item, state, null);
            }
        }
    }

    private void Skip(ReplayItem item, ReplayState state, DateTimeOffset? at)
    {
        if (state == ReplayState.Sent)
        {
            report.Already++;
            return;
        }

        report.Unknown++;
        var when = at is { } time ? $" of {time.ToString("u", CultureInfo.InvariantCulture)}" : "";
        report.Add(
            item.Claim.From.ToString(),
            at > clock.GetUtcNow() - ReplayRegister.MaxInFlight
                ? "Another run is sending it, or was interrupted a moment ago: run this again in two minutes."
                : $"An earlier run{when} was interrupted before it knew whether the hub had it. Look for it in lake and quarantine (its default id is {item.Claim.First}); where it is missing, replay with --again unknown.");
    }

    private void Count(Action<ReplayReport> change)
    {
        lock (report)
        {
            change(report);
        }
    }

    private Task ShowAsync() => progress.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Quarantined} records: {(report.DryRun ? $"{report.WouldSend} would be sent" : $"{report.Sent} sent")}, {report.Already} sent before, {report.Unknown} unknown, {report.Refused} refused"));
}
