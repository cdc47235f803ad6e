namespace Ingest.Cli.Quarantine;

/// <summary>Spaces events evenly: never more than the rate in any second, and nothing saved up from a pause.</summary>
/// <param name="perSecond">Above 0; null: as fast as it goes.</param>
public sealed class SendRate(double? perSecond, TimeProvider clock)
{
    private readonly TimeSpan interval = perSecond is { } rate ? TimeSpan.FromSeconds(1 / rate) : TimeSpan.Zero;
    private DateTimeOffset next = DateTimeOffset.MinValue;

    /// <summary>Waits until the next event may go. One caller at a time.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (interval == TimeSpan.Zero)
        {
            return;
        }

        // A delay may end a little early.
        while (next - clock.GetUtcNow() is { } wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, clock, cancellationToken).ConfigureAwait(false);
        }

        next = clock.GetUtcNow() + interval;
    }
}
