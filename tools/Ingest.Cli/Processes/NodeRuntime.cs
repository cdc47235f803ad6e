using System.Globalization;
using System.Text.Json;

namespace Ingest.Cli.Processes;

/// <summary>Node.js and the modules in <c>tools/node</c>: Azurite, the Event Hubs SDK, the data.</summary>
/// <param name="Executable">Path or name of the node program.</param>
/// <param name="Version">For example <c>v20.20.2</c>.</param>
/// <param name="Repository">The folder of the solution.</param>
public sealed record NodeRuntime(string Executable, string Version, string Repository)
{
    public const int OldestMajor = 20;

    /// <summary>The folder with package.json and the scripts.</summary>
    public string Folder { get; } = Path.Combine(Repository, "tools", "node");

    public string ModulePath(params string[] parts) => Path.Combine([Folder, "node_modules", .. parts]);

    /// <summary>Looks for node on the PATH.</summary>
    /// <exception cref="CommandException">There is none, or it is too old.</exception>
    public static async Task<NodeRuntime> FindAsync(string repository, CancellationToken cancellationToken)
    {
        var answer = await Tool.RunAsync("node", ["--version"], repository, null, cancellationToken).ConfigureAwait(false);
        var version = answer?.Output.Trim();
        return Problem(answer is null ? null : version) is { } problem
            ? throw new CommandException(ExitCode.CannotBeDone, problem)
            : new NodeRuntime("node", version!, repository);
    }

    /// <summary>What is wrong with a <c>node --version</c>, in one sentence; null: nothing.</summary>
    /// <param name="version">What it printed; null: there is no such program.</param>
    public static string? Problem(string? version)
    {
        if (version is null)
        {
            return $"Node.js {OldestMajor} or newer is needed (for Azurite and the Event Hubs client), and there is no \"node\" on the PATH.";
        }

        var major = version.TrimStart('v').Split('.')[0];
        return int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= OldestMajor
            ? null
            : $"Node.js {OldestMajor} or newer is needed (for Azurite and the Event Hubs client), and the \"node\" on the PATH is {version}.";
    }

    /// <summary>
    /// Installs the modules once: one process at a time, behind a lock file that the tests respect too. Returns whether
    /// anything had to be done.
    /// </summary>
    /// <exception cref="CommandException">npm is missing or failed.</exception>
    public async Task<bool> InstallModulesAsync(CancellationToken cancellationToken)
    {
        if (IsInstalled())
        {
            return false;
        }

        await using var alone = await FileLock.TakeAsync(Repository, "npm-ci.lock", cancellationToken).ConfigureAwait(false);
        if (IsInstalled())
        {
            return false;
        }

        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var done = await Tool.RunAsync(npm, ["ci", "--no-audit", "--no-fund"], Folder, null, cancellationToken).ConfigureAwait(false)
            ?? throw new CommandException(ExitCode.CannotBeDone, "npm, which comes with Node.js, is not on the PATH.");
        if (done.ExitCode != 0)
        {
            throw new CommandException(ExitCode.CannotBeDone, $"npm ci failed in {Folder}:{Environment.NewLine}{done.Error.Trim()}");
        }

        return true;
    }

    /// <summary>Whether what npm recorded as installed is what our lock file asks for; by content, because a checkout makes every file newer.</summary>
    private bool IsInstalled()
    {
        var record = ModulePath(".package-lock.json");
        if (!File.Exists(record))
        {
            return false;
        }

        var installed = ReadVersions(record).ToDictionary(p => p.Path, p => p.Version);
        return ReadVersions(Path.Combine(Folder, "package-lock.json"))
            .All(p => installed.TryGetValue(p.Path, out var version) ? version == p.Version : p.IsOptional);
    }

    private static List<(string Path, string? Version, bool IsOptional)> ReadVersions(string lockFile)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        return
        [
            .. from package in document.RootElement.GetProperty("packages").EnumerateObject()
               where package.Name.Length > 0
               let version = package.Value.TryGetProperty("version", out var v) ? v.GetString() : null
               select (package.Name, version, package.Value.TryGetProperty("optional", out var optional) && optional.GetBoolean()),
        ];
    }
}
