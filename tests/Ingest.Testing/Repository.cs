namespace Ingest.Testing;

/// <summary>Finds the files of this repository from wherever a test assembly runs.</summary>
public static class Repository
{
    private const string Solution = "Ingest.Functions.sln";

    /// <summary>The root directory.</summary>
    /// <exception cref="InvalidOperationException">The assembly does not run inside the repository.</exception>
    public static string Root { get; } = Find();

    /// <summary>A path under the root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, Solution)))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No directory above {AppContext.BaseDirectory} holds {Solution}.");
    }
}
