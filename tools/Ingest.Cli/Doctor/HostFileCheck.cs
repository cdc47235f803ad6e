using System.Globalization;
using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.Doctor;

/// <summary>host.json against what exactly-once delivery and the host itself ask for. Pure.</summary>
public sealed class HostFileCheck
{
    public const string FileName = "host.json";
    private const string Area = FileName;
    private const int DefaultMaxBatch = 100;
    private const int DefaultPrefetch = 300;

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);

    private static readonly string[] EventHubsKeys =
    [
        "maxEventBatchSize", "minEventBatchSize", "maxWaitTime", "batchCheckpointFrequency", "prefetchCount", "targetUnprocessedEventThreshold",
        "initialOffsetOptions", "transportType", "clientRetryOptions", "customEndpointAddress",
    ];

    private readonly string path;
    private readonly BatchMemory memory;
    private readonly List<Finding> findings = [];

    private HostFileCheck(string path, BatchMemory memory) => (this.path, this.memory) = (path, memory);

    /// <param name="path">For messages.</param>
    /// <param name="utf8">Null: there is no such file.</param>
    public static Examination Examine(string path, byte[]? utf8, BatchMemory memory)
    {
        var check = new HostFileCheck(path, memory);
        if (utf8 is null)
        {
            check.findings.Add(new Finding(
                Area, path, "There is no host.json: the host would take its defaults, batches of 100.", "Restore host.json beside streams.json."));
            return new Examination(Area, "", check.findings);
        }

        var errors = new List<ConfigurationError>();
        var root = LocatedJson.Parse(path, utf8, errors);
        check.findings.AddRange(errors.Select(e => new Finding(Area, $"{e.File}({e.Line})", e.Message, "Correct the JSON; the host does not start with it.")));
        return new Examination(Area, root is null ? "" : check.Host(root), check.findings);
    }

    private string Host(LocatedValue root)
    {
        if (Member(root, "version") is not { Text: "2.0" })
        {
            Add(Member(root, "version") ?? root, "\"version\" is not \"2.0\".", "Write \"version\": \"2.0\".");
        }

        var hubs = Member(Member(root, "extensions"), "eventHubs");
        Names(hubs);
        var max = Number(hubs, "maxEventBatchSize", DefaultMaxBatch, 1);
        var min = Number(hubs, "minEventBatchSize", 1, 1);
        var prefetch = Number(hubs, "prefetchCount", DefaultPrefetch, 0);
        var frequency = Number(hubs, "batchCheckpointFrequency", 1, 1);
        Number(hubs, "targetUnprocessedEventThreshold", 1, 1);
        if (min > 1 && min >= max)
        {
            Add(Member(hubs, "minEventBatchSize"), $"minEventBatchSize ({min}) is not below maxEventBatchSize ({max}).", $"Set minEventBatchSize below {max}.");
        }

        if (frequency > 1)
        {
            Add(
                Member(hubs, "batchCheckpointFrequency"),
                $"batchCheckpointFrequency is {frequency}: the host's checkpoint lags behind what is committed, and scaling in can be blocked.",
                "Set batchCheckpointFrequency to 1.");
        }

        Wait(hubs);
        Start(Member(hubs, "initialOffsetOptions"));
        return Memory(hubs, max, prefetch);
    }

    private void Wait(LocatedValue? hubs)
    {
        if (Member(hubs, "maxWaitTime") is not { } wait)
        {
            return;
        }

        if (wait.Kind != JsonValueKind.String || !TimeSpan.TryParse(wait.Text, CultureInfo.InvariantCulture, out var span) || span <= TimeSpan.Zero)
        {
            Add(wait, $"maxWaitTime must be a time span above zero, not {wait.Describe()}.", "Write it as \"00:00:02\".");
        }
        else if (span > MaxWait)
        {
            Add(wait, $"maxWaitTime is {wait.Text}; the host allows at most 00:10:00.", "Set maxWaitTime to 00:10:00 or less; a few seconds keep delays short.");
        }
    }

    private void Start(LocatedValue? options)
    {
        if (Member(options, "type") is { } type && !string.Equals(type.Text, "fromStart", StringComparison.OrdinalIgnoreCase))
        {
            Add(
                type, $"initialOffsetOptions.type is {type.Text}: the host would skip events that nobody has committed, and every skip must be repaired.",
                "Set it to fromStart. To begin with new events only, set the app setting Ingest__Start to now.");
        }
    }

    private string Memory(LocatedValue? hubs, long max, long prefetch)
    {
        var (needed, allowed) = (memory.NeededMegabytes(max, prefetch), memory.AllowedMegabytes);
        var sum = string.Create(CultureInfo.InvariantCulture, $"{memory.Partitions} partitions × {memory.EventBytes} bytes × ({max} × {BatchMemory.CopiesInWork} + {prefetch})");
        if (needed > allowed)
        {
            Add(
                Member(hubs, "maxEventBatchSize") ?? hubs,
                $"Batches may take {needed} MiB ({sum}); half of an instance of {memory.InstanceMegabytes} MiB is {allowed}.",
                "Lower maxEventBatchSize or prefetchCount, or take larger instances. If the assumptions are wrong, state yours with --partitions, --event-bytes and --memory.");
        }

        return string.Create(CultureInfo.InvariantCulture, $"batches up to {max}, about {needed} MiB of the {allowed} they may take ({sum})");
    }

    private void Names(LocatedValue? hubs)
    {
        foreach (var (name, line, _) in hubs?.Members ?? [])
        {
            var nearest = EventHubsKeys.Contains(name, StringComparer.OrdinalIgnoreCase) ? "" : Spelling.Suggest(name, EventHubsKeys);
            if (nearest.Length > 0)
            {
                findings.Add(new Finding(Area, $"{path}({line})", $"\"{name}\" is no setting of eventHubs: the host ignores it in silence.", $"Correct the name.{nearest}"));
            }
        }
    }

    private long Number(LocatedValue? section, string name, long otherwise, long minimum)
    {
        if (Member(section, name) is not { } value)
        {
            return otherwise;
        }

        if (value.Kind == JsonValueKind.Number && int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum)
        {
            return number;
        }

        Add(value, $"{name} must be a whole number of at least {minimum}, not {value.Describe()}.", $"Correct {name}, or take it out: the host's default is taken then.");
        return otherwise;
    }

    // The host reads host.json through its configuration, which ignores case.
    private static LocatedValue? Member(LocatedValue? parent, string name) =>
        parent?.Find(name, StringComparison.OrdinalIgnoreCase) is { Kind: not JsonValueKind.Null } value ? value : null;

    private void Add(LocatedValue? at, string problem, string remedy) => findings.Add(new Finding(Area, at is null ? path : $"{path}({at.Line})", problem, remedy));
}
