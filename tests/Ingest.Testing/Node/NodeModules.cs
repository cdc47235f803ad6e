using System.Diagnostics;
using System.Text.Json;

namespace Ingest.Testing.Node;

/// <summary>
/// The JavaScript packages of <c>tools/node</c>, installed with <c>npm ci</c> by whoever needs them first. Safe for many threads
/// and processes.
/// </summary>
public static class NodeModules
{
    private const int OldestMajor = 20;

    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>The directory of <c>package.json</c>.</summary>
    public static string PackageDirectory => Repository.PathOf("tools", "node");

    /// <summary>What <c>NODE_PATH</c> must name.</summary>
    public static string ModulesDirectory => Path.Combine(PackageDirectory, "node_modules");

    /// <summary>Makes sure that the locked packages are installed; costs nothing once they are.</summary>
    /// <exception cref="InvalidOperationException">Node.js is missing or too old, or npm failed; one sentence says which.</exception>
    public static Task EnsureInstalledAsync() => Installed.Value;

    private static bool IsCurrent(string packageDirectory)
    {
        var wanted = Path.Combine(packageDirectory, "package-lock.json");
        var present = Path.Combine(packageDirectory, "node_modules", ".package-lock.json");
        if (!File.Exists(present))
        {
            return false;
        }

        // By content, because a checkout gives the lock file a newer time without changing what it says.
        using var wantedJson = JsonDocument.Parse(File.ReadAllBytes(wanted));
        using var presentJson = JsonDocument.Parse(File.ReadAllBytes(present));
        var installed = Packages(presentJson).ToDictionary(package => package.Path, package => package.Version);
        return Packages(wantedJson).All(package => installed.TryGetValue(package.Path, out var version)
            ? version == package.Version
            : package.Optional);
    }

    private static IEnumerable<(string Path, string? Version, bool Optional)> Packages(JsonDocument lockFile)
        => from package in lockFile.RootElement.GetProperty("packages").EnumerateObject()
           where package.Name.Length > 0
           let version = package.Value.TryGetProperty("version", out var v) ? v.GetString() : null
           let optional = package.Value.TryGetProperty("optional", out var o) && o.GetBoolean()
           select (package.Name, version, optional);

    private static async Task InstallAsync()
    {
        await CheckNodeAsync();
        if (IsCurrent(PackageDirectory))
        {
            return;
        }

        await using var held = await LockAsync();
        if (IsCurrent(PackageDirectory))
        {
            return;
        }

        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var result = await ChildProcess.RunAsync(
            new ProcessStartInfo(npm, ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = PackageDirectory }, InstallTime);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm ci failed in {PackageDirectory} with exit code {result.ExitCode}: {result.Error}");
        }
    }

    private static async Task CheckNodeAsync()
    {
        string version;
        try
        {
            version = (await ChildProcess.RunAsync(new ProcessStartInfo("node", ["--version"]), TimeSpan.FromSeconds(30))).Output.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"Node.js {OldestMajor} or newer is needed, but there is no 'node' on the path.", e);
        }

        if (!int.TryParse(version.TrimStart('v').Split('.')[0], out var major) || major < OldestMajor)
        {
            throw new InvalidOperationException($"Node.js {OldestMajor} or newer is needed, but 'node' is {version}.");
        }
    }

    private static async Task<FileStream> LockAsync()
    {
        var file = Repository.PathOf(".ingest", "npm-ci.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (patience.Elapsed < InstallTime)
            {
                // Another process installs; a file lock cannot be waited for in any other way.
                await Task.Delay(LockPoll);
            }
        }
    }
}
