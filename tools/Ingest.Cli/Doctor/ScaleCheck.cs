using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingest.Cli.Json;
using Ingest.Cli.Plan;
using Ingest.Cli.Plan.Files;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.Doctor;

/// <summary>host.json and the Bicep parameters against each other and against the tiers' limits. Pure.</summary>
public sealed class ScaleCheck
{
    private const string Area = "scale";
    private const string Replan = "Let ingest plan --apply choose, or";
    private static readonly int[] InstanceMemory = [512, 2048, 4096];

    private readonly ScaleFile file;
    private readonly List<Finding> findings = [];

    private ScaleCheck(ScaleFile file) => this.file = file;

    /// <param name="hostPath">For messages, as <paramref name="path"/>.</param>
    /// <param name="host">Null: there is no host.json; the host's own defaults hold.</param>
    /// <param name="parameters">bicep/main.parameters.json; null: there is none, and nothing to judge.</param>
    /// <param name="azd">Gives the variables of the parameters their values.</param>
    public static Examination Examine(string hostPath, byte[]? host, string path, byte[]? parameters, AzdEnvironment azd)
    {
        ArgumentNullException.ThrowIfNull(azd);
        var environment = azd.Variables;
        if (parameters is null)
        {
            return new Examination(Area, $"no {ScaleFile.FileName}: what is deployed is not known here", [], WasSkipped: true);
        }

        var errors = new List<ConfigurationError>();
        if (ScaleFile.Read(path, parameters, errors) is not { } file)
        {
            return new Examination(Area, "", [.. errors.Select(e => new Finding(Area, $"{e.File}({e.Line})", e.Message, "Correct the file; bicep/types.bicep says what each parameter takes."))]);
        }

        var check = new ScaleCheck(file);
        try
        {
            check.Threshold(hostPath, host, environment);
            check.Namespace();
            check.ConsumerGroups(environment);
            check.Instances(environment);
            check.Settings();
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or InvalidCastException)
        {
            check.Add("parameters", $"A parameter has a value of the wrong type: {e.Message}", "Correct the file; bicep/types.bicep says what each parameter takes.");
        }

        return new Examination(Area, check.Summary(azd), check.findings);
    }

    private string Summary(AzdEnvironment azd)
    {
        var hubs = string.Join(", ", Ingested(azd.Variables).Select(hub => Text($"{file.Values.PartitionsOf(hub)} partitions in {hub}")));
        var hosting = IsPremium(azd.Variables)
            ? Text($"Elastic Premium, at most {MostPremiumInstances} instances")
            : Text($"Flex Consumption, at most {file.Values.FlexScale["maximumInstanceCount"]} instances of {file.InstanceMegabytes} MB");
        return $"{(azd.Name is null ? "" : $"azd environment {azd.Name}: ")}{hubs}, {file.Values.EventHubs["tier"]}; {hosting}";
    }

    private void Threshold(string hostPath, byte[]? host, IReadOnlyDictionary<string, string> environment)
    {
        // What is wrong with the file itself, HostFileCheck says.
        var root = host is null ? null : LocatedJson.Parse(hostPath, host, new List<ConfigurationError>());
        var hubs = Member(Member(root, "extensions"), "eventHubs");
        var batch = Number(Member(hubs, "maxEventBatchSize")) ?? 100;
        var written = Member(hubs, "targetUnprocessedEventThreshold");
        var threshold = Number(written) ?? batch;
        foreach (var hub in file.Values.Hubs.OfType<JsonObject>().Where(h => Ingested(environment).Contains((string?)h["name"])))
        {
            // What every partition has read and not checkpointed yet counts as unprocessed.
            var debt = (long)((int?)hub["partitionCount"] ?? 0) * batch;
            if (threshold <= debt)
            {
                findings.Add(new Finding(
                    Area, written is null ? hostPath : $"{hostPath}({written.Line})",
                    Text($"{(written is null ? "There is no targetUnprocessedEventThreshold, so maxEventBatchSize counts:" : "targetUnprocessedEventThreshold is")} {threshold}, not above the checkpoint debt of {hub["name"]}, {hub["partitionCount"]} partitions × {batch} = {debt}: it scales out for nothing."),
                    Text($"{Replan} set targetUnprocessedEventThreshold above {debt}, or lower maxEventBatchSize.")));
            }
        }
    }

    private void Namespace()
    {
        var space = file.Values.EventHubs;
        var tier = (string?)space["tier"];
        if (tier is not ("Standard" or "Premium"))
        {
            Add("eventHubs", $"There is no tier \"{tier}\".", "Set tier to Standard or Premium.");
            return;
        }

        var (partitions, hours, groups) = tier == "Premium" ? (100, 2160, 100) : (32, 168, 20);
        var capacity = (int?)space["capacity"] ?? 0;
        var ceiling = (int?)space["maximumThroughputUnits"] ?? 0;
        if (tier == "Premium" ? !Capacity.ProcessingUnits.Contains(capacity) : capacity is < 1 or > Capacity.MostStandardUnits)
        {
            Add(
                "eventHubs", Text($"{tier} does not come with {capacity} units."),
                tier == "Premium" ? "Set capacity to 1, 2, 4, 8 or 16." : Text($"Set capacity to 1 to {Capacity.MostStandardUnits}; beyond that take Premium."));
        }

        if (tier == "Standard" && (ceiling > Capacity.MostStandardUnits || (ceiling > 0 && ceiling < capacity)))
        {
            Add("eventHubs", Text($"maximumThroughputUnits is {ceiling} with a capacity of {capacity}."), Text($"Set it from {capacity} to {Capacity.MostStandardUnits}, or to 0 to turn auto-inflate off."));
        }

        foreach (var hub in file.Values.Hubs.OfType<JsonObject>())
        {
            Most(hub, "partitions", (int?)hub["partitionCount"] ?? 0, partitions, tier);
            Most(hub, "hours of retention", (int?)hub["retentionHours"] ?? 0, hours, tier);
            Most(hub, "consumer groups, $Default included", Groups(hub).Count() + 1, groups, tier);
        }
    }

    private void Most(JsonObject hub, string what, int number, int most, string tier)
    {
        if (number < 1 || number > most)
        {
            Add("hubs", Text($"{hub["name"]} has {number} {what}; {tier} takes 1 to {most}."), tier == "Standard" ? Text($"Take at most {most}, or Premium.") : Text($"Take at most {most}."));
        }
    }

    private void ConsumerGroups(IReadOnlyDictionary<string, string> environment)
    {
        var wanted = new[] { file.Text("consumerGroup", "ingest", environment), file.Text("repairConsumerGroup", "ingest-repair", environment) };
        if (wanted[0] == wanted[1])
        {
            Add("repairConsumerGroup", $"Gap repair shares the consumer group {wanted[0]} with the trigger, whose readers are exclusive.", "Give repairConsumerGroup a group of its own.");
        }

        foreach (var name in Ingested(environment))
        {
            if (file.Values.Hubs.OfType<JsonObject>().FirstOrDefault(h => (string?)h["name"] == name) is not { } hub)
            {
                Add("hubs", $"The hub {name} is not among hubs.", $"Add it, or name another with {(name == file.TelemetryHub ? "telemetryHubName" : "deviceHubName")}.");
                continue;
            }

            foreach (var group in wanted.Distinct().Where(group => !Groups(hub).Contains(group)))
            {
                Add("hubs", $"{name} lacks the consumer group {group}, in which the app reads.", $"Add \"{group}\" to the consumerGroups of {name}.");
            }
        }
    }

    private void Instances(IReadOnlyDictionary<string, string> environment)
    {
        if (IsPremium(environment))
        {
            // All functions share the instances, so the hub with the most partitions says how many can own one.
            var partitions = Ingested(environment).Max(file.Values.PartitionsOf);
            if (MostPremiumInstances > partitions)
            {
                Add("premiumScale", Text($"Elastic Premium may have {MostPremiumInstances} instances for {partitions} partitions: the rest would own none."), Text($"Set premiumScale.maximumInstanceCount to {partitions} or less."));
            }

            return;
        }

        var scale = file.Values.FlexScale;
        var maximum = (int?)scale["maximumInstanceCount"] ?? 0;
        var needed = Ingested(environment).Sum(file.Values.PartitionsOf) + Planner.InstancesBesidePartitions;
        if (maximum < needed)
        {
            Add(
                "flexScale", Text($"At most {maximum} instances, where the partitions of the hubs that are read and {Planner.InstancesBesidePartitions} more make {needed}: each function has instances of its own."),
                Text($"{Replan} set flexScale.maximumInstanceCount to {Math.Max(needed, Planner.LeastMaximumInstances)} or more."));
        }
        else if (maximum is < Planner.LeastMaximumInstances or > 1000)
        {
            Add("flexScale", Text($"Flex Consumption takes 40 to 1,000 instances, not {maximum}."), "Set flexScale.maximumInstanceCount to 40 or more; it is a limit, not a number that is paid.");
        }

        if (!InstanceMemory.Contains(file.InstanceMegabytes ?? 0))
        {
            Add("flexScale", Text($"Flex Consumption has no instances of {file.InstanceMegabytes} MB."), "Set flexScale.instanceMemoryMB to 512, 2048 or 4096.");
        }

        var ready = (scale["alwaysReady"] as JsonArray ?? []).OfType<JsonObject>().Sum(g => (int?)g["instanceCount"] ?? 0);
        if (ready > maximum)
        {
            Add("flexScale", Text($"{ready} instances are always ready, of at most {maximum}."), Text($"Set maximumInstanceCount above {ready}, or keep fewer ready."));
        }
    }

    private void Settings()
    {
        var names = (file["streamSettings"] as JsonArray ?? []).Select(s => (string?)s?["name"] ?? "").ToList();
        foreach (var name in names.Where(name => name.StartsWith("AzureFunctionsJobHost__", StringComparison.OrdinalIgnoreCase)))
        {
            Add("streamSettings", $"{name} would override host.json at run time; the scale controller reads host.json only.", "Set it in host.json, and take the setting out.");
        }

        foreach (var name in names.Where(name => SettingNames.IsOurs(name) && !SettingNames.All.Contains(SettingNames.Normalize(name), StringComparer.OrdinalIgnoreCase)))
        {
            Add("streamSettings", $"Nobody reads the setting \"{name}\".", $"Correct its name.{Spelling.Suggest(name, SettingNames.All)}");
        }
    }

    private bool IsPremium(IReadOnlyDictionary<string, string> environment) => file.Text("hosting", "flex", environment) == "premium";

    private int MostPremiumInstances => (int?)file["premiumScale"]?["maximumInstanceCount"] ?? 4;

    /// <summary>The hubs that the app reads.</summary>
    private string[] Ingested(IReadOnlyDictionary<string, string> environment) =>
        [file.TelemetryHub, .. HasIotHub(environment) ? new[] { file.Text("deviceHubName", "devices", environment) } : []];

    private bool HasIotHub(IReadOnlyDictionary<string, string> environment) =>
        string.Equals(file.Text("deployIotHub", "false", environment), "true", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Groups(JsonObject hub) => (hub["consumerGroups"] as JsonArray ?? []).Select(g => (string?)g ?? "");

    // The host reads host.json through its configuration, which ignores case.
    private static LocatedValue? Member(LocatedValue? parent, string name) => parent?.Find(name, StringComparison.OrdinalIgnoreCase);

    private static int? Number(LocatedValue? value) =>
        value is { Kind: JsonValueKind.Number } && int.TryParse(value.Text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private void Add(string parameter, string problem, string remedy) => findings.Add(new Finding(Area, file.Where(parameter), problem, remedy));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
