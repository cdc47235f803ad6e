using System.Text.Json;
using Ingest.Cli.Json;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Settings;

/// <summary>
/// The app's own settings, so that a command run beside it needs no options: environment variables, else
/// <c>local.settings.json</c> of the current folder or one above it. Options of the command line go before both.
/// </summary>
public static class DataSettings
{
    private const string FileName = "local.settings.json";

    /// <exception cref="CommandException">local.settings.json is broken.</exception>
    public static IConfigurationRoot Read(string folder, IEnumerable<KeyValuePair<string, string?>> options) => new ConfigurationBuilder()
        .AddInMemoryCollection(ReadFile(folder))
        .AddEnvironmentVariables()
        .AddInMemoryCollection(options.Where(o => o.Value is not null))
        .Build();

    /// <summary>Settings given by the program itself, apart from everything around it.</summary>
    public static IConfigurationRoot Of(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)))
        .Build();

    private static Dictionary<string, string?> ReadFile(string folder)
    {
        var path = Find(folder);
        if (path is null)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), LenientJson.Options);
            return document.RootElement.TryGetProperty("Values", out var values)
                ? values.EnumerateObject().ToDictionary(
                    v => v.Name.Replace("__", ":", StringComparison.Ordinal), string? (v) => v.Value.ToString(), StringComparer.OrdinalIgnoreCase)
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} is not a settings file: {e.Message}", e);
        }
    }

    private static string? Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, FileName);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
