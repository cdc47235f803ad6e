using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ingest.Cli.Processes;

/// <summary>
/// A process that writes to a log file of its own and may outlive this one. Its output goes through no pipe: a pipe whose
/// reader is gone would break it when the demo ends and leaves everything running.
/// </summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    // Of Linux; macOS numbers these two otherwise.
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    // Longer than the function app gives its own invocations.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(25);

    private readonly Process process;

    private ChildProcess(string name, Process process, string log)
    {
        Name = name;
        this.process = process;
        Log = log;
    }

    /// <summary>How people call it, for example "function app".</summary>
    public string Name { get; }

    public int Id => process.Id;

    /// <summary>Path of the log file.</summary>
    public string Log { get; }

    public bool HasExited => process.HasExited;

    /// <summary>Starts the process; its standard output and error are appended to <paramref name="log"/>.</summary>
    /// <exception cref="CommandException">The file cannot be started.</exception>
    public static ChildProcess Start(
        string name, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string workingDirectory, string log)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(environment);
        var start = new ProcessStartInfo { UseShellExecute = false, WorkingDirectory = workingDirectory };
        if (OperatingSystem.IsWindows())
        {
            start.FileName = "cmd.exe";
            start.Arguments = $"/d /s /c \"\"{file}\" {string.Join(' ', arguments.Select(a => $"\"{a}\""))} >> \"{log}\" 2>&1\"";
        }
        else
        {
            // exec keeps the process id: what is signalled later is the program, not a shell around it.
            start.FileName = "/bin/sh";
            foreach (var argument in (IEnumerable<string>)["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, file, .. arguments])
            {
                start.ArgumentList.Add(argument);
            }
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start) ?? throw new CommandException(ExitCode.CannotBeDone, $"The {name} could not be started ({file}).");
        return new ChildProcess(name, process, log);
    }

    /// <summary>
    /// Waits until <paramref name="probe"/> returns something. Asks every 50 ms, so that a start costs what it costs.
    /// </summary>
    /// <exception cref="CommandException">The process ended, or the time is up; the message holds the log's tail.</exception>
    public async Task<T> WaitUntilAsync<T>(Func<CancellationToken, Task<T?>> probe, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(probe);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await probe(cancellationToken).ConfigureAwait(false) is { } found)
            {
                return found;
            }

            ThrowIfExited();
            if (Stopwatch.GetElapsedTime(started) > timeout)
            {
                throw new CommandException(ExitCode.CannotBeDone, $"The {Name} was not ready after {timeout.TotalSeconds:0} s.{Tail()}");
            }

            await Task.Delay(50, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="CommandException">The process is gone although nobody stopped it; the message holds the log's tail.</exception>
    public void ThrowIfExited()
    {
        if (process.HasExited)
        {
            throw new CommandException(ExitCode.CannotBeDone, $"The {Name} ended unexpectedly with exit code {process.ExitCode}.{Tail()}");
        }
    }

    /// <summary>Everything written to the log so far.</summary>
    public async Task<string> ReadLogAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Log))
        {
            return "";
        }

        await using var stream = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Greatest resident memory so far in bytes; null once the process is gone or where the system does not tell.</summary>
    public long? PeakMemory()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var line = File.ReadLines($"/proc/{Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
                return line is null ? null : long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), null) * 1024;
            }

            process.Refresh();
            return process.PeakWorkingSet64 is > 0 and var peak ? peak : null;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Ends it at once, as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: OperatingSystem.IsWindows());
        }

        await process.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Halts it where it stands (SIGSTOP) until <see cref="Resume"/>. Not on Windows.</summary>
    public void Pause() => Send(Stop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Send(Continue);

    /// <summary>Asks it to stop (SIGTERM), and ends it after <paramref name="grace"/>. Returns whether it stopped by itself.</summary>
    public async Task<bool> StopAsync(TimeSpan grace)
    {
        if (process.HasExited)
        {
            return true;
        }

        if (!OperatingSystem.IsWindows() && Signal(process.Id, Terminate) == 0)
        {
            using var patience = new CancellationTokenSource(grace);
            try
            {
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
                return true;
            }
            catch (OperationCanceledException)
            {
            }
        }

        await KillAsync().ConfigureAwait(false);
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(StopGrace).ConfigureAwait(false);
        process.Dispose();
    }

    private void Send(int signal)
    {
        if (!process.HasExited)
        {
            _ = Signal(process.Id, signal);
        }
    }

    private string Tail()
    {
        const int lines = 15;
        try
        {
            using var stream = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            var all = reader.ReadToEnd().TrimEnd().Split('\n');
            return $" The end of {Log}:{Environment.NewLine}{string.Join(Environment.NewLine, all.TakeLast(lines).Select(l => "  " + l.TrimEnd('\r')))}";
        }
        catch (IOException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int processId, int signal);
}
