using System.Diagnostics;
using System.Text.Json;

namespace Ingest.Testing.Node;

/// <summary>A JavaScript file run by Node.js with the packages of <c>tools/node</c>.</summary>
/// <param name="File">Its full path.</param>
public sealed record NodeScript(string File)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs the script to its end; one that takes longer than the timeout (default 60 s) is killed.</summary>
    /// <exception cref="TimeoutException">It took too long; the message holds what it wrote.</exception>
    public async Task<ProcessResult> RunAsync(
        IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? arguments = null,
        TimeSpan? timeout = null,
        CancellationToken ct = default)
    {
        await NodeModules.EnsureInstalledAsync();
        var start = new ProcessStartInfo("node", [File, .. arguments ?? []]);
        start.Environment["NODE_PATH"] = NodeModules.ModulesDirectory;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return await ChildProcess.RunAsync(start, timeout ?? DefaultTimeout, ct);
    }

    /// <summary>Runs the script and reads the JSON it writes as its last line of output.</summary>
    /// <exception cref="InvalidOperationException">It failed or wrote no JSON; the message holds what it wrote.</exception>
    public async Task<T> RunAsync<T>(
        IReadOnlyDictionary<string, string>? environment = null,
        IReadOnlyList<string>? arguments = null,
        TimeSpan? timeout = null,
        CancellationToken ct = default)
    {
        var result = await RunAsync(environment, arguments, timeout, ct);
        var last = result.Output.TrimEnd().Split('\n')[^1];
        try
        {
            return result.ExitCode == 0 && JsonSerializer.Deserialize<T>(last, JsonSerializerOptions.Web) is { } value
                ? value
                : throw Failed(null);
        }
        catch (JsonException e)
        {
            throw Failed(e);
        }

        InvalidOperationException Failed(Exception? cause)
            => new($"{Path.GetFileName(File)} ended with exit code {result.ExitCode}. Output: {result.Output} Error: {result.Error}", cause);
    }
}
