using System.CommandLine;
using Ingest.Cli.Audit;
using Ingest.Cli.Settings;
using Ingest.Cli.Terminal;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Quarantine;

/// <summary><c>ingest quarantine</c>: what was refused, why, and back again.</summary>
public static class QuarantineCommand
{
    public static Command Create(Option<bool> json, Func<bool, Output> output, TimeProvider clock, TextWriter standardError) =>
        new("quarantine", "Look at what was refused, take it out, send it again.")
        {
            ListCommand.Create(json, output),
            ShowCommand.Create(json, output),
            ExportCommand.Create(json, output, standardError),
            ReplayCommand.Create(json, output, clock, standardError),
        };

    internal static Option<string?> DataOption() => new("--data") { Description = "Connection string of the data storage; default: the setting Data." };

    internal static IConfigurationRoot Settings(params KeyValuePair<string, string?>[] options) => DataSettings.Read(Environment.CurrentDirectory, options);

    /// <summary>The data account that the settings or the option name.</summary>
    internal static StoredData Open(ParseResult parsed, Option<string?> data) => StoredData.Open(Settings(new KeyValuePair<string, string?>("Data", parsed.GetValue(data))));
}
