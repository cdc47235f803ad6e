using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Ingest.Testing;
using Ingest.Testing.Node;

namespace Ingest.LocalWorker.Tests;

/// <summary>The sample function app as a process of its own, started as its users start it.</summary>
internal sealed partial class SampleAppProcess : IAsyncDisposable
{
    private const string BatchLine = "batch ";

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

    /// <summary>The batches it has reported and nobody has read yet.</summary>
    public List<ReportedBatch> BatchesSoFar()
    {
        var batches = new List<ReportedBatch>();
        while (lines.Reader.TryRead(out var line))
        {
            if (line.StartsWith(BatchLine, StringComparison.Ordinal))
            {
                batches.Add(ReportedBatch.Parse(line));
            }
        }

        return batches;
    }

    /// <summary>Reads its reports until so many partitions have reached a sequence number; answers their batches by partition.</summary>
    public async Task<Dictionary<string, List<ReportedBatch>>> PartitionsThatReachAsync(long sequenceNumber, int partitions)
    {
        var batches = new List<ReportedBatch>();
        while (batches.Count(batch => batch.Last == sequenceNumber) < partitions)
        {
            batches.Add(ReportedBatch.Parse(await LineAsync(BatchLine)));
        }

        return batches.GroupBy(batch => batch.Partition)
            .Where(partition => partition.Any(batch => batch.Last == sequenceNumber))
            .ToDictionary(partition => partition.Key, partition => partition.ToList());
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

/// <summary>A batch as the sample app reports it, with its first and last sequence number.</summary>
internal sealed record ReportedBatch(string Partition, long First, long Last)
{
    public static ReportedBatch Parse(string line)
    {
        var words = line.Split(' ');
        return new ReportedBatch(
            words[1], long.Parse(words[2], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
    }
}
