using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.Doctor;

/// <summary>App settings, from local.settings.json and the environment, against the names that the app reads. Pure.</summary>
public sealed class SettingsCheck
{
    public const string FileName = "local.settings.json";
    public const string SampleName = "local.settings.sample.json";
    private const string Area = "settings";
    private const string HostJsonPrefix = "AzureFunctionsJobHost__";

    private readonly Dictionary<string, (string Value, string Where)> settings = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Finding> findings = [];

    /// <param name="path">Of local.settings.json, for messages.</param>
    /// <param name="file">Null: there is no such file.</param>
    /// <param name="sample">local.settings.sample.json: the names that must be there; null: there is no such file.</param>
    /// <param name="environment">Goes before the file, as it does in the app.</param>
    public static Examination Examine(string path, byte[]? file, byte[]? sample, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var required = Values(SampleName, sample, []).Select(v => v.Name).ToArray();
        var check = new SettingsCheck();
        if (file is null && !environment.Keys.Any(name => required.Contains(name, StringComparer.OrdinalIgnoreCase) || SettingNames.IsOurs(SettingNames.Normalize(name))))
        {
            return new Examination(
                Area, $"no {FileName} and none of its names in the environment; to run the app by hand, copy {SampleName}", [], WasSkipped: true);
        }

        check.Read(path, file, environment);
        check.Missing(required, path);
        check.Misspelt(required);
        check.Contents();
        return new Examination(Area, $"{check.settings.Count} settings", check.findings);
    }

    private void Read(string path, byte[]? file, IReadOnlyDictionary<string, string> environment)
    {
        var errors = new List<ConfigurationError>();
        foreach (var (name, line, value) in Values(path, file, errors))
        {
            settings[SettingNames.Normalize(name)] = (value.Text, $"{path}({line})");
        }

        findings.AddRange(errors.Select(e => new Finding(Area, $"{e.File}({e.Line})", e.Message, $"Correct the file; {SampleName} shows its form.")));
        foreach (var (name, value) in environment)
        {
            // What belongs to other programs is none of our business.
            var normal = SettingNames.Normalize(name);
            if (SettingNames.IsOurs(normal) || normal.StartsWith(HostJsonPrefix, StringComparison.OrdinalIgnoreCase)
                || SettingNames.All.Contains(normal, StringComparer.OrdinalIgnoreCase))
            {
                settings[normal] = (value, $"environment variable {name}");
            }
        }
    }

    private void Missing(string[] required, string path)
    {
        foreach (var name in required.Where(name => !Has(name)))
        {
            var written = settings.Keys.FirstOrDefault(k => !SettingNames.All.Contains(k, StringComparer.OrdinalIgnoreCase) && Spelling.Suggest(k, [name]).Length > 0);
            if (written is null)
            {
                findings.Add(new Finding(Area, name, "The setting is missing.", $"Add it to {path}, as in {SampleName}, or to the environment."));
            }
        }
    }

    // A connection may come in parts: EventHub__fullyQualifiedNamespace instead of EventHub.
    private bool Has(string name) => settings.Keys.Any(
        k => string.Equals(k, name, StringComparison.OrdinalIgnoreCase) || k.StartsWith($"{name}__", StringComparison.OrdinalIgnoreCase));

    private void Misspelt(string[] required)
    {
        var known = SettingNames.All.Concat(required).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        foreach (var (name, (_, where)) in settings.Where(s => !known.Contains(s.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (name.StartsWith(HostJsonPrefix, StringComparison.OrdinalIgnoreCase))
            {
                HostSetting(name, where);
                continue;
            }

            var isSwitch = name.StartsWith("AzureWebJobs.", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".Disabled", StringComparison.OrdinalIgnoreCase);
            var nearest = isSwitch ? "" : Nearest(name, known);
            if (nearest.Length > 0 || SettingNames.IsOurs(name))
            {
                findings.Add(new Finding(Area, where, $"Nobody reads the setting \"{name}\".", nearest.Length > 0 ? $"Correct its name.{nearest}" : "Take it out."));
            }
        }
    }

    // Part by part: long names share so much that any two of one class would count as near.
    private static string Nearest(string name, string[] known)
    {
        var last = name.LastIndexOf("__", StringComparison.Ordinal) + 2;
        var siblings = last < 2 ? [] : known.Where(k => k.StartsWith(name[..last], StringComparison.OrdinalIgnoreCase)).ToArray();
        if (siblings.Length == 0)
        {
            return Spelling.Suggest(name, known);
        }

        var sibling = Spelling.Suggest(name[last..], siblings.Select(s => s[last..])).Replace("mean \"", $"mean \"{name[..last]}", StringComparison.Ordinal);
        var elsewhere = known.Where(k => k.EndsWith($"__{name[last..]}", StringComparison.OrdinalIgnoreCase)).ToArray();
        return sibling.Length > 0 || elsewhere.Length != 1 ? sibling : $" Did you mean \"{elsewhere[0]}\"?";
    }

    private void HostSetting(string name, string where)
    {
        if (name.EndsWith("__targetUnprocessedEventThreshold", StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(new Finding(
                Area, where, "targetUnprocessedEventThreshold is an app setting here: the scale controller reads host.json only, so it has no effect.",
                "Set extensions.eventHubs.targetUnprocessedEventThreshold in host.json, and take the setting out."));
            return;
        }

        if (name.Contains("__eventHubs__", StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(new Finding(
                Area, where, $"\"{name}\" overrides host.json at run time, where neither this check nor the scale controller sees it.",
                "Set it in host.json instead, and take the setting out."));
        }
    }

    private void Contents()
    {
        if (settings.TryGetValue("Ingest__Start", out var start) && start.Value is not ("" or "beginning" or "now"))
        {
            findings.Add(new Finding(Area, start.Where, $"Ingest__Start is \"{start.Value}\": the app does not start.", "Set it to beginning or now."));
        }

        if (settings.TryGetValue("FUNCTIONS_WORKER_RUNTIME", out var runtime) && runtime.Value != "dotnet-isolated")
        {
            findings.Add(new Finding(Area, runtime.Where, $"FUNCTIONS_WORKER_RUNTIME is \"{runtime.Value}\".", "Set it to dotnet-isolated."));
        }
    }

    private static IReadOnlyList<LocatedMember> Values(string path, byte[]? file, List<ConfigurationError> errors)
    {
        if (file is null || LocatedJson.Parse(path, file, errors) is not { } root)
        {
            return [];
        }

        if (root.Find("Values", StringComparison.OrdinalIgnoreCase) is { Kind: JsonValueKind.Object } values)
        {
            return values.Members;
        }

        errors.Add(new ConfigurationError(path, root.Line, "", "There is no object \"Values\", so no setting."));
        return [];
    }
}
