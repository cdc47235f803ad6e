using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Azd;

/// <summary>The hooks as azd runs them, with an Azure CLI that only notes down what it is asked for.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class HookTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ingest-hooks-").FullName;

    private string Settings => Path.Combine(folder, "local.settings.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [LinuxFact]
    public async Task Local_settings_read_in_groups_of_their_own_and_store_in_Azurite()
    {
        var (code, calls, _) = await RunAsync("local-settings.js", ("INGEST_LOCAL", "true"), ("INGEST_LOCAL_GROUP", "local-ann"));

        Assert.Equal(0, code);
        var values = JsonNode.Parse(await File.ReadAllTextAsync(Settings))!["Values"]!.AsObject();
        Assert.Equal("ns.servicebus.windows.net", (string?)values["EventHub__fullyQualifiedNamespace"]);
        Assert.False(values.ContainsKey("EventHub"));
        Assert.Equal(("local-ann", "local-ann-repair"), ((string?)values["ConsumerGroup"], (string?)values["RepairConsumerGroup"]));
        Assert.All(["Data", "AzureWebJobsStorage"], name => Assert.Equal("UseDevelopmentStorage=true", (string?)values[name]));
        Assert.Equal("now", (string?)values["Ingest__Start"]);
        Assert.Equal("true", (string?)values["AzureWebJobs.IngestDevices.Disabled"]);
        Assert.Equal(2, calls.Length);
        Assert.All(calls, call => Assert.Contains("consumer-group create --resource-group rg --namespace-name ns --eventhub-name telemetry --name local-ann", call, StringComparison.Ordinal));
    }

    [LinuxTheory]
    [InlineData("local-settings.js")]
    [InlineData("seed-lookup.js")]
    public async Task Every_call_goes_to_the_subscription_of_azd(string hook)
    {
        var (_, calls, _) = await RunAsync(hook, ("INGEST_LOCAL", "true"), ("INGEST_SEED", "true"));

        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Contains(" --subscription sub ", call, StringComparison.Ordinal));
    }

    [LinuxFact]
    public async Task Without_a_subscription_the_Azure_CLI_is_not_left_to_its_own()
    {
        var (code, calls, error) = await RunAsync("seed-lookup.js", ("INGEST_SEED", "true"), ("AZURE_SUBSCRIPTION_ID", ""));

        Assert.Equal(1, code);
        Assert.Empty(calls);
        Assert.Contains("AZURE_SUBSCRIPTION_ID is not set", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_hooks_read_is_an_output_of_the_templates()
    {
        var outputs = Repository.Snapshot("prod").Json["outputs"]!.AsObject().Select(o => o.Key).Append("AZURE_SUBSCRIPTION_ID").ToHashSet();
        var read = Directory.GetFiles(Path.Combine(Repository.Templating, "hooks"), "*.js").SelectMany(f => Read().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["name"].Value).Where(name => !name.StartsWith("INGEST_", StringComparison.Ordinal)).ToHashSet();

        Assert.Contains("CONSUMER_GROUP", read);
        Assert.Empty(read.Except(outputs));
    }

    [LinuxFact]
    public async Task With_an_IoT_Hub_the_device_hub_is_read_too()
    {
        var (_, calls, _) = await RunAsync("local-settings.js", ("INGEST_LOCAL", "true"), ("INGEST_LOCAL_GROUP", "mine"), ("IOT_HUB_HOST_NAME", "iot.azure-devices.net"));

        Assert.Equal(4, calls.Length);
        Assert.Equal("devices", (string?)JsonNode.Parse(await File.ReadAllTextAsync(Settings))!["Values"]!["DeviceHub"]);
    }

    [LinuxTheory]
    [InlineData("ingest", "ingest", "ingest-repair")]
    [InlineData("Ingest", "ingest", "ingest-repair")]
    [InlineData("$Default", "ingest", "ingest-repair")]
    [InlineData("prod", "prod", "gaps")]
    [InlineData("gaps", "prod", "Gaps")]
    [InlineData("prod", "live", "prod-repair")]
    public async Task A_group_of_the_deployed_app_is_refused(string group, string deployed, string repair)
    {
        var (code, calls, error) = await RunAsync(
            "local-settings.js", ("INGEST_LOCAL", "true"), ("INGEST_LOCAL_GROUP", group), ("CONSUMER_GROUP", deployed), ("REPAIR_CONSUMER_GROUP", repair));

        Assert.Equal(1, code);
        Assert.Empty(calls);
        Assert.Contains("take partitions", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Settings));
    }

    [LinuxFact]
    public async Task Settings_that_are_there_are_left_alone_and_nothing_happens_unasked()
    {
        await RunAsync("local-settings.js");
        Assert.False(File.Exists(Settings));

        await File.WriteAllTextAsync(Settings, "mine");
        Assert.Empty((await RunAsync("local-settings.js", ("INGEST_LOCAL", "true"))).Calls);
        Assert.Equal("mine", await File.ReadAllTextAsync(Settings));
        Assert.Empty((await RunAsync("seed-lookup.js")).Calls);
    }

    [LinuxFact]
    public async Task Seeding_writes_rows_that_the_lookup_finds()
    {
        var (code, calls, _) = await RunAsync("seed-lookup.js", ("INGEST_SEED", "true"));

        Assert.Equal(0, code);
        Assert.Contains("storage table create --name Devices --account-name stdata --auth-mode login", calls[0], StringComparison.Ordinal);
        Assert.Equal(3, calls.Length - 1);
        Assert.Contains("--entity PartitionKey=devices RowKey=device-000001 site=Rotterdam model=T-100", calls[1], StringComparison.Ordinal);
        var lookups = Repository.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "streams.json")))["lookups"]!;
        Assert.Equal("Devices", (string?)lookups["devices"]!["table"]);
    }

    [LinuxFact]
    public async Task A_refusal_of_the_Azure_CLI_says_which_role_is_missing()
    {
        var (code, _, error) = await RunAsync("seed-lookup.js", ("INGEST_SEED", "true"), ("AZ_FAILS", "1"));

        Assert.Equal(1, code);
        Assert.Contains("Storage Table Data Contributor", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string[] Calls, string Error)> RunAsync(string hook, params (string Name, string Value)[] variables)
    {
        var (az, log) = (Path.Combine(folder, "az"), Path.Combine(folder, "calls"));
        await File.WriteAllTextAsync(az, $"#!/bin/sh\necho \"$*\" >> '{log}'\n[ -z \"$AZ_FAILS\" ] || {{ echo AuthorizationPermissionMismatch >&2; exit 1; }}\n");
        File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(log);
        var start = new ProcessStartInfo("node", Path.Combine(Repository.Templating, "hooks", hook)) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{folder}:{start.Environment["PATH"]}";
        (string Name, string Value)[] azd =
        [
            ("INGEST_LOCAL_FOLDER", folder), ("EVENT_HUBS_NAMESPACE", "ns.servicebus.windows.net"), ("AZURE_RESOURCE_GROUP", "rg"),
            ("TELEMETRY_HUB", "telemetry"), ("DEVICE_HUB", "devices"), ("DATA_ACCOUNT", "stdata"),
            ("AZURE_SUBSCRIPTION_ID", "sub"), ("CONSUMER_GROUP", "ingest"), ("REPAIR_CONSUMER_GROUP", "ingest-repair"),
        ];
        foreach (var (name, value) in azd.Concat(variables))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        return (process.ExitCode, File.Exists(log) ? await File.ReadAllLinesAsync(log) : [], await error);
    }

    [GeneratedRegex(@"(?:process\.env\.|needed\(')(?<name>[A-Z_]+)")]
    private static partial Regex Read();
}

public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "The stand-in for the Azure CLI is a shell script.";
}

public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "The stand-in for the Azure CLI is a shell script.";
}
