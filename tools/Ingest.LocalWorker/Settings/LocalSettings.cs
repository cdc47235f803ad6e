using System.Text.Json;

namespace Ingest.LocalWorker.Settings;

/// <summary>Reads <c>local.settings.json</c>.</summary>
internal static class LocalSettings
{
    public const string FileName = "local.settings.json";

    /// <summary>Its <c>Values</c> and <c>ConnectionStrings</c> as configuration keys; empty without the file.</summary>
    /// <exception cref="FunctionSetupException">The file is not what it should be.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path))
        {
            return settings;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), HostSettingsReader.Lenient);
            if (document.RootElement.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
            {
                throw new FunctionSetupException($"{FileName} is encrypted: run 'func settings decrypt'");
            }

            Add(document.RootElement, "Values", "", settings);
            Add(document.RootElement, "ConnectionStrings", "ConnectionStrings:", settings);
        }
        catch (JsonException e)
        {
            throw new FunctionSetupException($"{FileName} is not JSON: {e.Message}");
        }

        return settings;
    }

    private static void Add(JsonElement root, string name, string prefix, Dictionary<string, string?> settings)
    {
        if (!root.TryGetProperty(name, out var values))
        {
            return;
        }

        if (values.ValueKind != JsonValueKind.Object)
        {
            throw new FunctionSetupException($"{FileName}: {name} must be an object");
        }

        foreach (var value in values.EnumerateObject())
        {
            // As in an environment variable, two underscores open a section.
            settings[prefix + value.Name.Replace("__", ":", StringComparison.Ordinal)] = value.Value.ValueKind switch
            {
                JsonValueKind.String => value.Value.GetString(),
                JsonValueKind.Null => null,
                JsonValueKind.Object or JsonValueKind.Array => throw new FunctionSetupException($"{FileName}: {name}.{value.Name} must be a plain value"),
                _ => value.Value.GetRawText(),
            };
        }
    }
}
