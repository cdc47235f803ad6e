using System.Globalization;
using Ingest.Cli.Processes;

namespace Ingest.Cli.Doctor;

/// <summary>The programs that building, tests and the demo need.</summary>
public static class ToolVersions
{
    private const string Area = "tools";
    private const int OldestSdk = 10;

    public static async Task<Examination> ExamineAsync(string folder, CancellationToken cancellationToken)
    {
        var dotnet = await Tool.RunAsync("dotnet", ["--version"], folder, null, cancellationToken).ConfigureAwait(false);
        var node = await Tool.RunAsync("node", ["--version"], folder, null, cancellationToken).ConfigureAwait(false);
        return Judge(dotnet, node?.Output.Trim());
    }

    /// <param name="dotnet">Answer of <c>dotnet --version</c>, which honours global.json; null: there is no such program.</param>
    /// <param name="node">Answer of <c>node --version</c>; null: there is no such program.</param>
    public static Examination Judge(ToolResult? dotnet, string? node)
    {
        var findings = new List<Finding>();
        var sdk = dotnet is { ExitCode: 0 } ? dotnet.Output.Trim() : null;
        if (dotnet is null)
        {
            findings.Add(new Finding(Area, "dotnet", "There is no \"dotnet\" on the PATH.", $"Install the .NET SDK {OldestSdk}."));
        }
        else if (sdk is null)
        {
            findings.Add(new Finding(
                Area, "dotnet", "No installed .NET SDK fits global.json.", $"Install the .NET SDK {OldestSdk}: {FirstLine(dotnet.Error, dotnet.Output)}"));
        }
        else if (!int.TryParse(sdk.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major < OldestSdk)
        {
            findings.Add(new Finding(Area, "dotnet", $"The .NET SDK is {sdk}; {OldestSdk} is needed.", $"Install the .NET SDK {OldestSdk}."));
        }

        if (NodeRuntime.Problem(node) is { } problem)
        {
            findings.Add(new Finding(Area, "node", problem, $"Install Node.js {NodeRuntime.OldestMajor} or newer; the demo and some tests do not run without."));
        }

        return new Examination(Area, $".NET SDK {sdk}, Node.js {node}", findings);
    }

    private static string FirstLine(string error, string output) =>
        (error.Trim().Length > 0 ? error : output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "no answer";
}
