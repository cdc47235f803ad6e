using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingest.Cli.Doctor;
using Ingest.Cli.Processes;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Telemetry;
using Ingest.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ingest.Cli.Tests.Docs;

/// <summary>docs/streams.md, "Settings": every setting that is read, and no other, with its default and its range.</summary>
public partial class DocumentedSettingsTests
{
    private static readonly Dictionary<string, Type> Sections = new()
    {
        ["Decoding"] = typeof(DecodingOptions),
        ["Delivery"] = typeof(DeliveryOptions),
        ["Lookup"] = typeof(LookupOptions),
        ["Storage"] = typeof(StorageOptions),
        ["Telemetry"] = typeof(TelemetryOptions),
    };

    // The host, the platform and SDKs read these, by rules of their own.
    private static readonly string[] Platform = ["AzureWebJobsStorage__", "FUNCTIONS_", "APPLICATIONINSIGHTS_", "AZURE_", "WEBSITE_"];

    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.FindRoot(), "docs", "streams.md")).Split("\n## Settings\n")[1].Split("\n## ")[0];

    public static TheoryData<string> Bounds => [.. Rows.Select(r => r.Setting)];

    private static IReadOnlyList<BoundRow> Rows =>
        [.. Row().Matches(Document).Select(m => new BoundRow(m.Groups["section"].Value, m.Groups["name"].Value, m.Groups["default"].Value, m.Groups["range"].Value))];

    [Fact]
    public void Every_setting_that_is_read_is_documented_and_no_other()
    {
        var documented = Document.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Name().Matches(line.Split(" | ")[0]).Select(m => m.Groups["name"].Value));
        var read = SettingNames.All.Where(name => !Platform.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

        Assert.Equal(read.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Bounds))]
    public void A_default_is_that_of_the_options(string setting)
    {
        var (property, options, row) = Find(setting);

        Assert.Equal(property.GetValue(options), Parse(row.Default, property.PropertyType));
    }

    [Theory, MemberData(nameof(Bounds))]
    public void A_range_is_that_which_the_app_accepts(string setting)
    {
        var (property, _, row) = Find(setting);
        if (property.PropertyType == typeof(string))
        {
            Assert.Equal(row.Name.EndsWith("Table", StringComparison.Ordinal) ? "table" : "container", row.Range);
            return;
        }

        var ends = row.Range.Split('–').Select(end => Parse(end, property.PropertyType)).ToList();
        Assert.Equal(2, ends.Count);
        Assert.All(ends, end => Assert.True(IsAccepted(property, end), $"{setting}: {end} is documented and refused."));
        Assert.All([Beyond(ends[0], -1), Beyond(ends[1], 1)], end => Assert.False(IsAccepted(property, end), $"{setting}: {end} lies outside the documented range and is accepted."));
    }

    [Fact]
    public void The_emulator_is_started_with_the_hubs_of_the_sample_settings()
    {
        var values = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.FindRoot(), SettingsCheck.SampleName)))!["Values"]!;
        var commands = File.ReadAllLines(Path.Combine(Repository.FindRoot(), "docs", "architecture.md")).Where(line => line.Contains("tools/Ingest.Emulator -- ", StringComparison.Ordinal)).ToList();

        Assert.Equal(2, commands.Count);
        Assert.All(commands, command => Assert.All(["TelemetryHub", "DeviceHub"], hub => Assert.Contains($"--hub {values[hub]}:", command, StringComparison.Ordinal)));
    }

    private static (PropertyInfo Property, object Options, BoundRow Row) Find(string setting)
    {
        var row = Rows.Single(r => r.Setting == setting);
        var type = Sections[row.Section];
        return (type.GetProperty(row.Name)!, Activator.CreateInstance(type)!, row);
    }

    private static object Parse(string cell, Type type)
    {
        var text = cell.Trim('`');
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => text,
            // One bound may be another one.
            _ when typeof(StorageOptions).GetProperty(text) is { } other => other.GetValue(new StorageOptions())!,
            TypeCode.Object => TimeSpan.Parse(text, CultureInfo.InvariantCulture),
            _ => Convert.ChangeType(decimal.Parse(text, CultureInfo.InvariantCulture), type, CultureInfo.InvariantCulture),
        };
    }

    private static object Beyond(object end, int step) => end switch
    {
        TimeSpan time => time + TimeSpan.FromTicks(step),
        double number => number + (step * 1e-6),
        int number => number + step,
        long number => number + step,
        _ => throw new NotSupportedException($"{end.GetType()} has no next value here."),
    };

    private static bool IsAccepted(PropertyInfo property, object value)
    {
        if (property.DeclaringType != typeof(StorageOptions))
        {
            var options = Activator.CreateInstance(property.DeclaringType!)!;
            property.SetValue(options, value);
            return Validator.TryValidateObject(options, new ValidationContext(options), [], validateAllProperties: true);
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"Ingest:Storage:{property.Name}"] = string.Create(CultureInfo.InvariantCulture, $"{value}"),
            // Only its least value can be below where the requests begin.
            ["Ingest:Storage:InitialConcurrency"] = property.Name == nameof(StorageOptions.InitialConcurrency) ? string.Create(CultureInfo.InvariantCulture, $"{value}") : "1",
        }).Build();
        using var services = new ServiceCollection().AddIngestStorage(configuration, _ => []).BuildServiceProvider();
        try
        {
            return services.GetRequiredService<IOptions<StorageOptions>>().Value is not null;
        }
        catch (OptionsValidationException e)
        {
            return e.Failures.All(failure => !failure.Contains($"__{property.Name} ", StringComparison.Ordinal)) ? throw new InvalidOperationException("Another setting is refused.", e) : false;
        }
    }

    [GeneratedRegex(@"^\| `Ingest__(?<section>\w+?)__(?<name>\w+)` \| (?<default>[^|]+) \| (?<range>[^|]+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();

    private sealed record BoundRow(string Section, string Name, string Default, string Range)
    {
        public string Setting => $"Ingest__{Section}__{Name}";
    }
}
