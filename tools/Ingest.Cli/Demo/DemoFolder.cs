using System.Globalization;

namespace Ingest.Cli.Demo;

/// <summary>Where one run keeps its logs, its storage and what it downloaded: <c>.ingest/demo-…</c> or <c>.ingest/chaos-…</c> in the repository.</summary>
public sealed class DemoFolder
{
    private DemoFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>Creates a folder of its own, also when several runs begin in the same second.</summary>
    /// <param name="kind"><c>demo</c>, <c>chaos</c>: the name begins with it.</param>
    public static DemoFolder Create(string repository, TimeProvider clock, string kind = "demo")
    {
        ArgumentNullException.ThrowIfNull(clock);
        var stamp = clock.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var path = System.IO.Path.Combine(repository, ".ingest", string.Create(CultureInfo.InvariantCulture, $"{kind}-{stamp}-{Environment.ProcessId}"));
        Directory.CreateDirectory(path);
        return new DemoFolder(path);
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Creates the subfolder and returns its path.</summary>
    public string Create(string name) => Directory.CreateDirectory(File(name)).FullName;
}
