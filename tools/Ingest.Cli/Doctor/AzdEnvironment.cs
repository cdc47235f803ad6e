using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ingest.Cli.Doctor;

/// <summary>The variables that azd would fill into main.parameters.json: those of its default environment, and of the process for the rest.</summary>
/// <param name="Name">Null: no environment of azd was made here.</param>
public sealed record AzdEnvironment(string? Name, IReadOnlyDictionary<string, string> Variables)
{
    /// <param name="folder">Has <c>.azure</c>, or not.</param>
    /// <param name="process">What azd falls back to.</param>
    public static AzdEnvironment Read(string folder, IReadOnlyDictionary<string, string> process)
    {
        var azure = Path.Combine(folder, ".azure");
        if (Default(Path.Combine(azure, "config.json")) is not { Length: > 0 } name || !File.Exists(Path.Combine(azure, name, ".env")))
        {
            return new AzdEnvironment(null, process);
        }

        var variables = new Dictionary<string, string>(process, StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(azure, name, ".env")))
        {
            // NAME="value", as azd writes it.
            if (line.Split('=', 2) is [var key, var value] && !key.StartsWith('#'))
            {
                variables[key.Trim()] = value.Trim().Trim('"');
            }
        }

        return new AzdEnvironment(name, variables);
    }

    private static string? Default(string config)
    {
        try
        {
            return File.Exists(config) ? (string?)JsonNode.Parse(File.ReadAllBytes(config))?["defaultEnvironment"] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // azd's own file; it says so itself.
            return null;
        }
    }
}
