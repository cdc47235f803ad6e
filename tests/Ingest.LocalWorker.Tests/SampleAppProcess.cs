using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Ingest.Testing.Node;

namespace Ingest.LocalWorker.Tests;

/// <summary>The sample function app as a process of its own, started as its users start it.</summary>
internal sealed partial class SampleAppProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();

    private SampleAppProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                lines.Writer.TryComplete();
            }
            else
            {
                lines.Writer.TryWrite(line.Data);
            }
        };
        process.BeginOutputReadLine();
    }

    public static SampleAppProcess Start(IReadOnlyDictionary<string, string?> settings)
    {
        // Built beside this assembly, in the same configuration.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Repository.PathOf(
            "tests", "Ingest.LocalWorker.SampleApp", "bin", output.Parent!.Name, output.Name, "Ingest.LocalWorker.SampleApp.dll");
        var start = new ProcessStartInfo("dotnet", [assembly]) { RedirectStandardOutput = true };
        start.Environment["FUNCTIONS_HTTP_PORT"] = "0";
        start.Environment["LocalWorker__LoadBalancingInterval"] = "00:00:00.200";
        start.Environment["LocalWorker__OwnershipExpiration"] = "00:00:03";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new SampleAppProcess(Process.Start(start)!);
    }

    /// <summary>The next line that begins so; what comes before it is skipped.</summary>
    public async Task<string> LineAsync(string beginning)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var line = await lines.Reader.ReadAsync(limit.Token);
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    /// <summary>The batches it reports until <paramref name="isEnough"/> says so: partition, first and last sequence number.</summary>
    public async Task<List<(string Partition, long First, long Last)>> BatchesUntilAsync(Func<List<(string Partition, long First, long Last)>, bool> isEnough)
    {
        var batches = new List<(string, long, long)>();
        while (!isEnough(batches))
        {
            var words = (await LineAsync("batch ")).Split(' ');
            batches.Add((words[1], long.Parse(words[2]), long.Parse(words[3])));
        }

        return batches;
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as a container platform does; answers its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        Assert.Equal(0, SendSignal(process.Id, 15));
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public async Task<List<string>> RestAsync()
    {
        var rest = new List<string>();
        await foreach (var line in lines.Reader.ReadAllAsync())
        {
            rest.Add(line);
        }

        return rest;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
