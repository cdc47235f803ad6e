namespace Ingest.Cli.Processes;

/// <summary>Where the sources are: the demo builds and starts what lies there.</summary>
public static class Repository
{
    private const string Marker = "Ingest.Functions.sln";

    /// <summary>The folder of the solution, seen from this program's own folder, else from the current one.</summary>
    /// <exception cref="CommandException">Neither lies inside the repository.</exception>
    public static string FindRoot() =>
        Find(AppContext.BaseDirectory) ?? Find(Environment.CurrentDirectory)
        ?? throw new CommandException(ExitCode.CannotBeDone, $"The demo builds from sources: run it inside the repository (the folder with {Marker}).");

    private static string? Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
