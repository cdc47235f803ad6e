using System.Reflection;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Cli.Offline;

/// <summary>Enrichers written in C#, from the assembly that holds them.</summary>
public static class EnricherAssembly
{
    /// <returns>One of each public <see cref="IEnricherFactory"/> that can be made without arguments; empty where no assembly is named.</returns>
    /// <exception cref="CommandException">It cannot be loaded, or holds none.</exception>
    public static IReadOnlyList<IEnricherFactory> Load(string? path)
    {
        if (path is null)
        {
            return [];
        }

        try
        {
            // In this very context, so that the contract there is the contract here.
            var found = Assembly.LoadFrom(Path.GetFullPath(path)).GetExportedTypes()
                .Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IEnricherFactory).IsAssignableFrom(t) && t.GetConstructor([]) is not null)
                .Select(t => (IEnricherFactory)Activator.CreateInstance(t)!)
                .ToList();
            return found.Count > 0 ? found : throw new CommandException(
                ExitCode.Usage, $"{path} holds no enricher: no public class that implements IEnricherFactory and has a constructor without parameters.");
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or UnauthorizedAccessException or TypeLoadException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be loaded: {e.Message}", e);
        }
    }
}
