using System.Diagnostics;
using System.Text;
using Ingest.Testing;

namespace Ingest.EndToEnd.Tests;

/// <summary>The function app as a process, from the build beside this one.</summary>
internal sealed class FunctionAppProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder log = new();

    private FunctionAppProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    public static FunctionAppProcess Start(IReadOnlyDictionary<string, string> settings)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Repository.PathOf("functions", "Ingest.Functions", "bin", output.Parent!.Name, output.Name, "Ingest.Functions.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", assembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["FUNCTIONS_HTTP_PORT"] = "0";
        start.Environment["LocalWorker__LoadBalancingInterval"] = "00:00:00.200";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new FunctionAppProcess(Process.Start(start)!);
    }

    /// <exception cref="TimeoutException">The condition did not come true; the message holds the log.</exception>
    /// <exception cref="InvalidOperationException">The app ended; the message holds the log.</exception>
    public async Task WaitUntilAsync(Func<Task<bool>> condition, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The app ended with {process.ExitCode}: {Log}");
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Still not after {limit}: {Log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    public async Task<int> ExitCodeAsync(TimeSpan limit)
    {
        await process.WaitForExitAsync().WaitAsync(limit);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }
}
