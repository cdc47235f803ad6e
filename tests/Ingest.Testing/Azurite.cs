using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ingest.Testing;

/// <summary>
/// One Azurite process with its data in a temporary folder and its ports chosen by the system, so that test projects run side
/// by side. Needs <c>npm ci</c> in tools/node.
/// </summary>
public sealed partial class Azurite : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly string folder;

    private Azurite(Process process, string folder, Uri blobEndpoint, Uri tableEndpoint)
    {
        this.process = process;
        this.folder = folder;
        BlobEndpoint = blobEndpoint;
        TableEndpoint = tableEndpoint;
    }

    public Uri BlobEndpoint { get; }

    public Uri TableEndpoint { get; }

    public string AccountName => Account;

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={BlobEndpoint};TableEndpoint={TableEndpoint};";

    /// <exception cref="InvalidOperationException">Azurite is not installed or did not start within a minute; the message says which.</exception>
    public static async Task<Azurite> StartAsync(CancellationToken cancellationToken = default)
    {
        var script = FindScript();
        var folder = Directory.CreateTempSubdirectory("azurite-").FullName;
        var start = new ProcessStartInfo("node")
        {
            ArgumentList =
            {
                script, "--location", folder, "--blobPort", "0", "--queuePort", "0", "--tablePort", "0",
                "--skipApiVersionCheck", "--disableTelemetry", "--silent",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var output = new ConcurrentQueue<string>();
        var blob = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var table = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not { } text)
            {
                return;
            }

            output.Enqueue(text);
            if (Listening().Match(text) is { Success: true } match)
            {
                var endpoint = new Uri($"{match.Groups["url"].Value}/{Account}");
                (match.Groups["service"].Value switch { "Blob" => blob, "Table" => table, _ => null })?.TrySetResult(endpoint);
            }
        }

        process.OutputDataReceived += Read;
        process.ErrorDataReceived += Read;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await Task.WhenAny(Task.WhenAll(blob.Task, table.Task), process.WaitForExitAsync(cancellationToken))
                .WaitAsync(StartLimit, cancellationToken).ConfigureAwait(false);
            if (process.HasExited)
            {
                throw new InvalidOperationException($"Azurite ended at once: {string.Join(Environment.NewLine, output)}");
            }

            return new Azurite(process, folder, await blob.Task.ConfigureAwait(false), await table.Task.ConfigureAwait(false));
        }
        catch (Exception failure)
        {
            await StopAsync(process, folder).ConfigureAwait(false);
            throw failure is TimeoutException
                ? new InvalidOperationException($"Azurite did not start within {StartLimit}: {string.Join(Environment.NewLine, output)}", failure)
                : failure;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(process, folder).ConfigureAwait(false);

    private static async Task StopAsync(Process process, string folder)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().ConfigureAwait(false);
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string FindScript()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Ingest.Functions.sln")))
            {
                var script = Path.Combine(directory.FullName, "tools", "node", "node_modules", "azurite", "dist", "src", "azurite.js");
                return File.Exists(script)
                    ? script
                    : throw new InvalidOperationException("Azurite is not installed: run `npm ci` in tools/node.");
            }
        }

        throw new InvalidOperationException("The repository's root was not found above the test's folder.");
    }

    [GeneratedRegex(@"Azurite (?<service>\w+) service is successfully listening at (?<url>http://\S+)")]
    private static partial Regex Listening();
}
