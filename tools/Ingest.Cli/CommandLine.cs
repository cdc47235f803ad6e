using System.CommandLine;
using Ingest.Cli.Audit;
using Ingest.Cli.Check;
using Ingest.Cli.Demo;
using Ingest.Cli.Doctor;
using Ingest.Cli.Progress;
using Ingest.Cli.Quarantine;
using Ingest.Cli.StreamTests;
using Ingest.Cli.Terminal;
using Ingest.Pipeline.Progress;

namespace Ingest.Cli;

/// <summary>The <c>ingest</c> command: parses, runs, and turns what comes out into an exit code.</summary>
public static class CommandLine
{
    // Stopping Azurite, emulator and app takes seconds; the default of two would leave them behind.
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(1);

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter standardOutput, TextWriter standardError, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(standardError);
        var json = new Option<bool>("--json") { Description = "Write exactly one line of JSON to standard output, everything else to standard error." };
        var root = new RootCommand("Exactly-once ingestion from Event Hubs to Parquet: try it, and check it.");
        Output OutputFor(bool isJson) => new(isJson, standardOutput, standardError);
        root.Subcommands.Add(DemoCommand.Create(json, OutputFor, clock));
        root.Subcommands.Add(AuditCommand.Create(json, OutputFor, clock));
        root.Subcommands.Add(ProgressCommand.Create(json, OutputFor));
        root.Subcommands.Add(CheckCommand.Create(json, OutputFor, clock));
        root.Subcommands.Add(TestCommand.Create(json, OutputFor, clock));
        root.Subcommands.Add(DoctorCommand.Create(json, OutputFor));
        root.Subcommands.Add(QuarantineCommand.Create(json, OutputFor, clock, standardError));

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await standardError.WriteLineAsync(error.Message).ConfigureAwait(false);
            }

            await standardError.WriteLineAsync("Try --help.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = StopPatience,
                    Output = standardOutput,
                    Error = standardError,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (CommandException e)
        {
            await standardError.WriteLineAsync(e.Message).ConfigureAwait(false);
            return e.ExitCode;
        }
        catch (Exception e) when (e is PartitionHeldException or Azure.Messaging.EventHubs.EventHubsException)
        {
            await standardError.WriteLineAsync(e.Message).ConfigureAwait(false);
            return ExitCode.CannotBeDone;
        }
        catch (OperationCanceledException)
        {
            await standardError.WriteLineAsync("Stopped.").ConfigureAwait(false);
            return ExitCode.CannotBeDone;
        }
        catch (Azure.RequestFailedException e)
        {
            await standardError.WriteLineAsync($"The storage account answered {e.Status} {e.ErrorCode}: {e.Message.Split('\n')[0]}").ConfigureAwait(false);
            return ExitCode.CannotBeDone;
        }
    }
}
