using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Ingest.Cli.Processes;

namespace Ingest.Cli.Demo;

/// <summary>The producer: the JavaScript Event Hubs SDK in a Node process, reporting a JSON object a line.</summary>
public sealed class Sender : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder errors = new();
    private readonly TaskCompletionSource<long> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task reading;
    private long sent;

    private Sender(Process process)
    {
        this.process = process;
        reading = ReadAsync();
    }

    /// <summary>Events that the hub has accepted.</summary>
    public long Sent => Volatile.Read(ref sent);

    /// <summary>Completes with the stopwatch time of the first send: everything is encoded and the hub was reached.</summary>
    public Task<long> FirstSend => ready.Task;

    /// <summary>Completes once everything is sent; throws where the sender failed.</summary>
    public Task Completion => reading;

    public static async Task<Sender> StartAsync(DemoStack stack, DemoFolder folder, NodeRuntime node, DemoOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stack);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        var broken = folder.File("broken-events.json");
        await File.WriteAllTextAsync(broken, Describe(BrokenEvents.Take(DemoOptions.BrokenCount)), cancellationToken).ConfigureAwait(false);
        var start = new ProcessStartInfo(node.Executable, [Path.Combine(node.Folder, "send-demo.js"), stack.EventHub, DemoStack.Hub, options.Events.ToString(System.Globalization.CultureInfo.InvariantCulture), broken])
        {
            WorkingDirectory = node.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new Sender(Process.Start(start) ?? throw new CommandException(ExitCode.CannotBeDone, "The sender could not be started."));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
    }

    private static string Describe(IEnumerable<BrokenEvent> events) => JsonSerializer.Serialize(
        events.Select(e => new { kind = e.Kind, type = e.Type, contentEncoding = e.ContentEncoding, body = Convert.ToBase64String(e.Body.Span) }));

    private async Task ReadAsync()
    {
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            using var report = JsonDocument.Parse(line);
            if (report.RootElement.TryGetProperty("ready", out _))
            {
                ready.TrySetResult(Stopwatch.GetTimestamp());
            }

            if (report.RootElement.TryGetProperty("sent", out var count))
            {
                Volatile.Write(ref sent, count.GetInt64());
            }
        }

        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            var failure = new CommandException(ExitCode.CannotBeDone, $"The sender failed:{Environment.NewLine}{errors.ToString().Trim()}");
            ready.TrySetException(failure);
            throw failure;
        }
    }
}
