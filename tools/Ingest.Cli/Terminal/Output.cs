using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Ingest.Cli.Terminal;

/// <summary>
/// Where a command speaks. With <c>--json</c> standard output carries exactly one single-line JSON object, and everything
/// meant for people goes to standard error.
/// </summary>
public sealed class Output
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = false,
    };

    private readonly TextWriter result;

    public Output(bool json, TextWriter standardOutput, TextWriter standardError)
    {
        IsJson = json;
        result = standardOutput;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(json ? standardError : standardOutput) });
        if (!Console.Profile.Out.IsTerminal)
        {
            // Redirected output has no width; wrapping at 80 columns would tear paths and sentences apart.
            Console.Profile.Width = 200;
        }
    }

    public bool IsJson { get; }

    /// <summary>For people.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Whether lines may be drawn over: a terminal that nobody pipes.</summary>
    public bool IsLive => !IsJson && Console.Profile.Out.IsTerminal && Console.Profile.Capabilities.Ansi;

    /// <summary>Writes the command's result for programs; nothing without <c>--json</c>.</summary>
    public void WriteResult<T>(T value)
    {
        if (IsJson)
        {
            result.WriteLine(JsonSerializer.Serialize(value, Json));
        }
    }
}
