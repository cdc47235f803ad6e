using System.CommandLine;
using Ingest.Cli.Offline;
using Ingest.Cli.Terminal;

namespace Ingest.Cli.StreamTests;

/// <summary><c>ingest test</c>: do the streams do what their tests say?</summary>
public static class TestCommand
{
    public static Command Create(Option<bool> json, Func<bool, Output> output, TimeProvider clock)
    {
        var streams = new Option<string?>("--streams") { Description = "The streams file; default: the nearest streams.json, from the current folder upwards." };
        var enrichers = new Option<string?>("--enrichers") { Description = "An assembly with enrichers written in C#; without it their columns are not looked at." };
        var command = new Command("test", "Run the tests in streams.tests next to streams.json: events in, rows and faults out. Nothing else is needed.")
        {
            streams, enrichers, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var console = output(parsed.GetValue(json));
            var file = StreamsFile.Find(parsed.GetValue(streams), Environment.CurrentDirectory);
            var report = await new TestRun(file, EnricherAssembly.Load(parsed.GetValue(enrichers)), clock).RunAsync(cancellationToken).ConfigureAwait(false);
            TestView.Write(console.Console, report);
            console.WriteResult(report);
            return report.Failed == 0 ? ExitCode.Fine : ExitCode.No;
        });
        return command;
    }
}
