using Ingest.Cli.Processes;

namespace Ingest.Cli.Demo;

/// <summary>Builds what the demo starts: Release, because nobody should judge a Debug build's speed.</summary>
public static class DemoBuild
{
    private static readonly string[] Projects = ["tools/Ingest.Emulator", "functions/Ingest.Functions"];

    /// <exception cref="CommandException">A project does not build; the message holds the compiler's errors.</exception>
    public static async Task RunAsync(string repository, CancellationToken cancellationToken)
    {
        // Two demos at once must not write the same files.
        await using var alone = await FileLock.TakeAsync(repository, "demo-build.lock", cancellationToken).ConfigureAwait(false);
        foreach (var project in Projects)
        {
            // --disable-build-servers: a compiler server started here would keep the demo's output streams open after it.
            var result = await Tool.RunAsync(
                "dotnet",
                ["build", Path.Combine(repository, project), "-c", "Release", "-p:FunctionsWorker=local", "-v", "quiet", "--nologo", "--disable-build-servers"],
                repository, null, cancellationToken).ConfigureAwait(false)
                ?? throw new CommandException(ExitCode.CannotBeDone, "The .NET SDK is needed, and there is no \"dotnet\" on the PATH.");
            if (result.ExitCode != 0)
            {
                throw new CommandException(ExitCode.CannotBeDone, $"{project} does not build:{Environment.NewLine}{(result.Output + result.Error).Trim()}");
            }
        }
    }
}
