using System.Diagnostics;

namespace Ingest.Testing.Node;

/// <summary>How a process ended and what it wrote.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>Runs a process to its end.</summary>
public static class ChildProcess
{
    /// <summary>Runs it and captures what it writes; when it takes longer than the timeout it is killed with its children.</summary>
    /// <exception cref="TimeoutException">It took too long; the message holds what it wrote until then.</exception>
    public static async Task<ProcessResult> RunAsync(ProcessStartInfo start, TimeSpan timeout, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{start.FileName}' did not start.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            var written = $"{await output}\n{await error}";
            ct.ThrowIfCancellationRequested();
            throw new TimeoutException($"'{start.FileName} {string.Join(' ', start.ArgumentList)}' took longer than {timeout}. It wrote: {written}");
        }

        return new ProcessResult(process.ExitCode, await output, await error);
    }
}
