using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ingest.Infrastructure.Tests.Bicep;

/// <summary>
/// The pinned Bicep CLI, one process for all tests: a request over JSON-RPC takes a fraction of what a process start does.
/// </summary>
public sealed class BicepCli : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public const string EnvironmentName = "plan";

    /// <summary>What azd would know, for parameter files that read it from the environment.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } =
        new Dictionary<string, string> { ["AZURE_ENV_NAME"] = EnvironmentName, ["AZURE_LOCATION"] = "westeurope" };

    private readonly SemaphoreSlim turn = new(1, 1);
    private Process? process;
    private int lastId;

    public static string? Executable { get; } = typeof(BicepCli).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .SingleOrDefault(a => a.Key == "BicepCli")?.Value;

    public Task InitializeAsync()
    {
        if (Executable is null || !OperatingSystem.IsLinux())
        {
            return Task.CompletedTask;
        }

        // The package leaves execution to its owner, or to nobody.
        File.SetUnixFileMode(Executable, File.GetUnixFileMode(Executable) | UnixFileMode.UserExecute);
        process = Process.Start(Start("jsonrpc", "--stdio"))!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        process?.Kill(entireProcessTree: true);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        process?.Dispose();
        turn.Dispose();
    }

    /// <summary>A command that JSON-RPC does not have.</summary>
    /// <exception cref="BicepException">It failed.</exception>
    public static async Task RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Start(arguments))!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        if (process.ExitCode != 0)
        {
            throw new BicepException(await output + await error);
        }
    }

    /// <summary>Every diagnostic of a .bicep or .bicepparam file and of the modules it uses, whatever its level.</summary>
    public async Task<IReadOnlyList<string>> DiagnoseAsync(string file)
    {
        var response = file.EndsWith(".bicepparam", StringComparison.Ordinal)
            ? await CallAsync("bicep/compileParams", new JsonObject { ["path"] = file, ["parameterOverrides"] = new JsonObject() })
            : await CallAsync("bicep/compile", new JsonObject { ["path"] = file });
        var diagnostics = response["diagnostics"]!.AsArray()
            .Select(d => $"{Path.GetFileName((string?)d!["source"])}({(int)d["range"]!["start"]!["line"]! + 1}): {d["level"]} {d["code"]}: {d["message"]}").ToList();
        if ((bool?)response["success"] != true && diagnostics.Count == 0)
        {
            diagnostics.Add($"{file}: failed without a diagnostic");
        }

        return diagnostics;
    }

    public async Task<string> FormatAsync(string file) => (string)(await CallAsync("bicep/format", new JsonObject { ["path"] = file }))["contents"]!;

    /// <summary>All resources that a .bicepparam file would deploy.</summary>
    /// <exception cref="BicepException">A guard in the templates refused the parameters, or they do not compile.</exception>
    public async Task<JsonObject> SnapshotAsync(string parameterFile)
    {
        var response = await CallAsync("bicep/getSnapshot", new JsonObject
        {
            ["path"] = parameterFile,
            ["metadata"] = new JsonObject
            {
                ["subscriptionId"] = "00000000-0000-0000-0000-000000000001",
                ["location"] = "westeurope",
                ["deploymentName"] = "main",
            },
        });
        return JsonNode.Parse((string)response["snapshot"]!)!.AsObject();
    }

    private static ProcessStartInfo Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = Path.Combine(Path.GetTempPath(), "ingest-bicep");
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task<JsonObject> CallAsync(string method, JsonObject parameters)
    {
        await turn.WaitAsync();
        try
        {
            var id = ++lastId;
            var body = Encoding.UTF8.GetBytes(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString());
            using var patience = new CancellationTokenSource(Patience);
            var input = process!.StandardInput.BaseStream;
            await input.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n")), patience.Token);
            await input.WriteAsync(body, patience.Token);
            await input.FlushAsync(patience.Token);

            while (true)
            {
                var message = await ReadAsync(process.StandardOutput.BaseStream, patience.Token);
                if ((int?)message["id"] != id)
                {
                    continue;
                }

                return message["error"] is { } error ? throw new BicepException(error["message"]?.ToString() ?? error.ToJsonString()) : message["result"]!.AsObject();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private static async Task<JsonObject> ReadAsync(Stream output, CancellationToken cancellationToken)
    {
        var length = 0;
        while (await ReadLineAsync(output, cancellationToken) is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(header["Content-Length:".Length..], CultureInfo.InvariantCulture);
            }
        }

        var body = new byte[length];
        await output.ReadExactlyAsync(body, cancellationToken);
        return JsonSerializer.Deserialize<JsonObject>(body)!;
    }

    private static async Task<string> ReadLineAsync(Stream output, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await output.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        throw new BicepException("The Bicep CLI ended.");
    }
}

public sealed class BicepException(string message) : Exception(message);

[CollectionDefinition(Name)]
public sealed class BicepCollection : ICollectionFixture<BicepCli>
{
    public const string Name = "Bicep CLI";
}

public sealed class BicepFactAttribute : FactAttribute
{
    public BicepFactAttribute() => Skip = BicepCli.Executable is null ? "The Bicep CLI is pinned for Linux on x64 only." : null;
}

public sealed class BicepTheoryAttribute : TheoryAttribute
{
    public BicepTheoryAttribute() => Skip = BicepCli.Executable is null ? "The Bicep CLI is pinned for Linux on x64 only." : null;
}
