using System.Globalization;
using System.Text.RegularExpressions;

namespace Ingest.Cli.Processes;

/// <summary>Starts Azurite on ports that the system gives it.</summary>
public static partial class AzuriteServer
{
    private const string Account = "devstoreaccount1";

    // Azurite's well-known key, printed in its documentation: no secret.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Returns the connection string once blobs, queues and tables are served.</summary>
    /// <param name="location">Folder of its data.</param>
    /// <param name="start">Starts the process; who starts it also stops it.</param>
    public static async Task<string> StartAsync(NodeRuntime node, string location, Func<ProcessToStart, ChildProcess> start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(start);
        var azurite = start(new(
            "Azurite", node.Executable,
            [
                node.ModulePath("azurite", "dist", "src", "azurite.js"), "--location", location, "--silent", "--skipApiVersionCheck",
                "--disableTelemetry", "--blobHost", "127.0.0.1", "--blobPort", "0", "--queueHost", "127.0.0.1", "--queuePort", "0", "--tableHost", "127.0.0.1", "--tablePort", "0",
            ],
            new Dictionary<string, string>(), "azurite.log"));
        var ports = await azurite.WaitUntilAsync(
            async token =>
            {
                var log = await azurite.ReadLogAsync(token).ConfigureAwait(false);
                var found = Listens().Matches(log).ToDictionary(m => m.Groups["service"].Value, m => m.Groups["port"].Value);
                return found.Count == 3 ? found : null;
            },
            Patience, cancellationToken).ConfigureAwait(false);
        return ConnectionString(At(ports["Blob"]), At(ports["Queue"]), At(ports["Table"]));
    }

    /// <summary>The connection string for services behind these addresses, Azurite's own or those of proxies before it.</summary>
    public static string ConnectionString(Uri blobs, Uri queues, Uri tables) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={blobs}{Account};QueueEndpoint={queues}{Account};TableEndpoint={tables}{Account};";

    private static Uri At(string port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));

    [GeneratedRegex(@"Azurite (?<service>Blob|Queue|Table) service (is successfully listening|successfully listens) (at|on) http://[^:]+:(?<port>\d+)")]
    private static partial Regex Listens();
}
