using System.Globalization;
using Ingest.Cli.Processes;

namespace Ingest.Cli.Chaos;

/// <summary>One of the function apps: ended, halted and started again, one thing at a time.</summary>
/// <param name="start">Starts a process; the argument is the log's name.</param>
public sealed class FunctionAppSlot(int number, Func<string, ChildProcess> start) : IAsyncDisposable
{
    // Longer than the app's own grace, so that an app that does not end by itself is seen.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1, 1);
    private ChildProcess? process;
    private int starts;
    private long peakMemory;

    /// <summary>SIGKILL and SIGTERM sent.</summary>
    public int Kills { get; private set; }

    /// <summary>Times that it ended although nobody ended it, or did not end when it was told to.</summary>
    public int UnexpectedExits { get; private set; }

    /// <summary>The process that was started last; null before the first.</summary>
    public ChildProcess? Process => process;

    /// <summary>Largest resident memory over all its processes, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            peakMemory = Math.Max(peakMemory, process?.PeakMemory() ?? 0);
            return peakMemory;
        }
    }

    public void Begin() => Start();

    /// <summary>Starts it again where it ended by itself, as the platform would; leaves it alone while something is being done to it.</summary>
    public async Task TryReviveAsync(CancellationToken cancellationToken)
    {
        if (await gate.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (process is { HasExited: true })
                {
                    UnexpectedExits++;
                    Start();
                }
            }
            finally
            {
                gate.Release();
            }
        }
    }

    /// <param name="politely">SIGTERM instead of SIGKILL.</param>
    public async Task EndAsync(bool politely, TimeSpan startAgainAfter, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _ = PeakMemory;
            Kills++;
            if (politely)
            {
                UnexpectedExits += await process!.StopAsync(Grace).ConfigureAwait(false) ? 0 : 1;
            }
            else
            {
                await process!.KillAsync().ConfigureAwait(false);
            }

            await Task.Delay(startAgainAfter, cancellationToken).ConfigureAwait(false);
            Start();
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task PauseAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            process!.Pause();
            await Task.Delay(duration, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            process!.Resume();
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.KillAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
        }

        gate.Dispose();
    }

    private void Start() => process = start(string.Create(CultureInfo.InvariantCulture, $"function-app-{number}-{++starts}.log"));
}
