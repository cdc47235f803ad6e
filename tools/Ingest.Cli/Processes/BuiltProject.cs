namespace Ingest.Cli.Processes;

/// <summary>Where <see cref="Ingest.Cli.Demo.DemoBuild"/> leaves what it builds.</summary>
public static class BuiltProject
{
    /// <summary>Path of the assembly of a project in <paramref name="area"/> (<c>tools</c>, <c>functions</c>).</summary>
    public static string Of(string repository, string area, string project) =>
        Path.Combine(repository, area, project, "bin", "Release", "net10.0", project + ".dll");
}
