using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Offline;

/// <summary>Where the streams file is, and what is wrong with it.</summary>
public static class StreamsFile
{
    public const string DefaultName = "streams.json";

    /// <summary>The file that was named, else <c>streams.json</c> of the folder or the nearest one above it.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static string Find(string? named, string folder)
    {
        if (named is not null)
        {
            return File.Exists(named) ? named : throw new CommandException(ExitCode.Usage, $"There is no streams file {named}.");
        }

        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, DefaultName);
            if (File.Exists(path))
            {
                return Path.GetRelativePath(folder, path);
            }
        }

        throw new CommandException(ExitCode.Usage, $"There is no {DefaultName} in {folder} or above it; name the file with --streams.");
    }

    /// <exception cref="CommandException">The file has mistakes; the message lists all of them.</exception>
    public static StreamCatalog Load(string path)
    {
        try
        {
            return StreamCatalog.Load(path);
        }
        catch (StreamConfigurationException e)
        {
            throw new CommandException(ExitCode.Usage, Join(Located(path, e.Errors)), e);
        }
    }

    /// <summary>The mistakes with paths that a terminal can open: seen from the current folder, not from the streams file.</summary>
    public static IReadOnlyList<ConfigurationError> Located(string streamsFile, IEnumerable<ConfigurationError> errors)
    {
        var folder = Path.GetDirectoryName(streamsFile) ?? "";
        return [.. errors.Select(e => e with { File = Path.Combine(folder, e.File) })];
    }

    public static string Join(IEnumerable<ConfigurationError> errors) => string.Join(Environment.NewLine, errors);
}
