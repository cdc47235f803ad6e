using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ingest.Cli.Chaos.Plan;
using Ingest.Cli.Chaos.Storage;
using Ingest.Cli.Demo;

namespace Ingest.Cli.Chaos;

/// <summary>Carries a plan out.</summary>
/// <param name="say">Hears of every action as it begins.</param>
public sealed class ChaosConductor(ChaosStack stack, IReadOnlyList<ChaosAction> plan, Action<ChaosAction> say)
{
    private readonly ConcurrentDictionary<ChaosKind, int> carriedOut = new();

    private int hubDown;

    /// <summary>Actions carried out so far, by kind.</summary>
    public IReadOnlyDictionary<string, int> CarriedOut => carriedOut.OrderBy(p => p.Key).ToDictionary(p => p.Key.ToString(), p => p.Value);

    /// <summary>Completes when every action has ended, so that nothing is wrong any more.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var running = new List<Task>();
        foreach (var action in plan)
        {
            if (action.At - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
            }

            say(action);
            carriedOut.AddOrUpdate(action.Kind, 1, (_, count) => count + 1);
            running.Add(CarryOutAsync(action, cancellationToken));
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        await TellAsync("clear", cancellationToken).ConfigureAwait(false);
    }

    private async Task CarryOutAsync(ChaosAction action, CancellationToken cancellationToken)
    {
        switch (action.Kind)
        {
            case ChaosKind.KillApp or ChaosKind.TerminateApp:
                await stack.Apps[action.Target].EndAsync(action.Kind == ChaosKind.TerminateApp, action.Duration, cancellationToken).ConfigureAwait(false);
                break;
            case ChaosKind.PauseApp:
                await stack.Apps[action.Target].PauseAsync(action.Duration, cancellationToken).ConfigureAwait(false);
                break;
            case ChaosKind.HubDown:
                await HubDownAsync(action.Duration, cancellationToken).ConfigureAwait(false);
                break;
            case ChaosKind.HubLatency:
                await TellAsync(Line($"latency {action.Amount}"), cancellationToken).ConfigureAwait(false);
                await Task.Delay(action.Duration, cancellationToken).ConfigureAwait(false);
                await TellAsync("latency 0", cancellationToken).ConfigureAwait(false);
                break;
            case ChaosKind.HubClock:
                await TellAsync(Line($"clock {action.Amount}"), cancellationToken).ConfigureAwait(false);
                await Task.Delay(action.Duration, cancellationToken).ConfigureAwait(false);
                await TellAsync("clock 0", cancellationToken).ConfigureAwait(false);
                break;
            case ChaosKind.Outage:
                await Task.WhenAll(StorageAsync(action, cancellationToken), HubDownAsync(action.Duration, cancellationToken)).ConfigureAwait(false);
                break;
            case var _ when action.IsStorageFault:
                await StorageAsync(action, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await TellAsync(OnceAtTheHub(action), cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private async Task StorageAsync(ChaosAction action, CancellationToken cancellationToken)
    {
        var fate = StorageFaults.FateOf(action.Kind);
        using var onBlobs = action.Target == 1 ? null : stack.BlobFaults.Begin(fate, action.Amount);
        using var onTables = action.Target == 0 ? null : stack.TableFaults.Begin(fate, action.Amount);
        if (fate == RequestFate.Reset)
        {
            stack.DropStorageConnections(action.Target);
        }

        await Task.Delay(action.Duration, cancellationToken).ConfigureAwait(false);
    }

    private async Task HubDownAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref hubDown);
        await TellAsync("refuse-connections on", cancellationToken).ConfigureAwait(false);
        await TellAsync("drop-connections", cancellationToken).ConfigureAwait(false);
        await Task.Delay(duration, cancellationToken).ConfigureAwait(false);
        if (Interlocked.Decrement(ref hubDown) == 0)
        {
            await TellAsync("refuse-connections off", cancellationToken).ConfigureAwait(false);
        }
    }

    private static string OnceAtTheHub(ChaosAction action) => action.Kind switch
    {
        ChaosKind.DropConnections => "drop-connections",
        ChaosKind.StealPartition => Line($"steal {DemoStack.Hub} {DemoStack.ConsumerGroup} {action.Target}"),
        ChaosKind.DeliverTwice => Line($"deliver-twice {action.Amount}"),
        ChaosKind.RejectSends => Line($"reject-sends {action.Amount}"),
        ChaosKind.DetachReceivers => $"detach-receivers {DemoStack.Hub}",
        ChaosKind.RefuseAttaches => Line($"refuse-attaches {action.Amount}"),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action.Kind, "This is no fault that the hub has once."),
    };

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private Task TellAsync(string command, CancellationToken cancellationToken) => stack.Control.SendAsync(command, cancellationToken);
}
