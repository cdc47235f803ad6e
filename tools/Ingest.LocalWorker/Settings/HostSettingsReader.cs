using System.Globalization;
using System.Text.Json;
using Ingest.LocalWorker.Invocation;
using Microsoft.Extensions.Configuration;

namespace Ingest.LocalWorker.Settings;

/// <summary>Reads <c>host.json</c>; names every mistake in one exception.</summary>
internal sealed class HostSettingsReader
{
    public const string FileName = "host.json";

    public static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly List<string> mistakes = [];

    /// <summary>The settings beside the assembly, or the defaults without a file; above them the settings <c>AzureFunctionsJobHost__…</c>.</summary>
    /// <exception cref="FunctionSetupException">The file is broken or a value is out of its range.</exception>
    public static HostSettings Read(string directory, IConfiguration configuration)
    {
        var path = Path.Combine(directory, FileName);
        return Parse(File.Exists(path) ? File.ReadAllBytes(path) : "{}"u8.ToArray(), configuration);
    }

    /// <exception cref="FunctionSetupException">The text is broken or a value is out of its range.</exception>
    public static HostSettings Parse(ReadOnlyMemory<byte> json, IConfiguration configuration)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            var reader = new HostSettingsReader();
            var settings = reader.Host(HostOverrides.Apply(document.RootElement, configuration));
            return reader.mistakes.Count == 0
                ? settings
                : throw new FunctionSetupException($"{FileName}: {string.Join("; ", reader.mistakes)}");
        }
        catch (JsonException e)
        {
            throw new FunctionSetupException($"{FileName} is not JSON: {e.Message}");
        }
    }

    private HostSettings Host(JsonElement root)
    {
        var defaults = new HostSettings();
        var extensions = Child(root, "extensions");
        return defaults with
        {
            EventHubs = EventHubs(Child(extensions, "eventHubs")),
            FunctionTimeout = Timeout(root, defaults.FunctionTimeout),
            Retry = Retry(Child(root, "retry")),
            RoutePrefix = Text(Child(extensions, "http"), "routePrefix") ?? defaults.RoutePrefix,
        };
    }

    private EventHubsSettings EventHubs(JsonElement? section)
    {
        var defaults = new EventHubsSettings();
        var initial = Child(section, "initialOffsetOptions");
        var settings = defaults with
        {
            MaxEventBatchSize = Number(section, "maxEventBatchSize", defaults.MaxEventBatchSize, 1),
            MinEventBatchSize = Number(section, "minEventBatchSize", defaults.MinEventBatchSize, 1),
            MaxWaitTime = Span(section, "maxWaitTime") ?? defaults.MaxWaitTime,
            BatchCheckpointFrequency = Number(section, "batchCheckpointFrequency", defaults.BatchCheckpointFrequency, 1),
            PrefetchCount = Number(section, "prefetchCount", defaults.PrefetchCount, 0),
            InitialOffset = Initial(initial),
            EnqueuedTime = EnqueuedTime(initial),
        };
        Require(settings.MinEventBatchSize == 1 || settings.MinEventBatchSize < settings.MaxEventBatchSize, "minEventBatchSize must be below maxEventBatchSize");
        Require(settings.MaxWaitTime > TimeSpan.Zero && settings.MaxWaitTime <= TimeSpan.FromMinutes(10), "maxWaitTime must be above 0 and at most 00:10:00");
        Require(
            settings.InitialOffset != InitialOffset.FromEnqueuedTime || settings.EnqueuedTime is not null,
            "initialOffsetOptions.type fromEnqueuedTime needs initialOffsetOptions.enqueuedTimeUtc");
        return settings;
    }

    private InitialOffset Initial(JsonElement? section)
    {
        var text = Text(section, "type");
        if (text is null)
        {
            return InitialOffset.FromStart;
        }

        Require(Enum.TryParse<InitialOffset>(text, ignoreCase: true, out var initial), "initialOffsetOptions.type must be fromStart, fromEnd or fromEnqueuedTime");
        return initial;
    }

    private DateTimeOffset? EnqueuedTime(JsonElement? section)
    {
        var text = Text(section, "enqueuedTimeUtc");
        if (text is null)
        {
            return null;
        }

        Require(
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time),
            "initialOffsetOptions.enqueuedTimeUtc must be a time");
        return time;
    }

    private TimeSpan? Timeout(JsonElement root, TimeSpan? otherwise) =>
        Text(root, "functionTimeout") is "-1" ? null : Span(root, "functionTimeout") ?? otherwise;

    private RetryPolicy? Retry(JsonElement? section)
    {
        if (section is null)
        {
            return null;
        }

        var count = Number(section, "maxRetryCount", -1, -1);
        switch (Text(section, "strategy")?.ToUpperInvariant())
        {
            case "FIXEDDELAY" when Span(section, "delayInterval") is { } delay:
                return new FixedDelayRetry(count, delay);
            case "EXPONENTIALBACKOFF" when Span(section, "minimumInterval") is { } minimum && Span(section, "maximumInterval") is { } maximum:
                Require(minimum <= maximum, "retry.minimumInterval must not be above retry.maximumInterval");
                return new ExponentialBackoffRetry(count, minimum, maximum);
            default:
                mistakes.Add("retry needs strategy fixedDelay with delayInterval, or exponentialBackoff with minimumInterval and maximumInterval");
                return null;
        }
    }

    private int Number(JsonElement? section, string name, int otherwise, int minimum)
    {
        if (Child(section, name) is not { } value)
        {
            return otherwise;
        }

        // The host reads all values as text.
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        Require(isNumber && number >= minimum, $"{name} must be a number of at least {minimum}");
        return isNumber ? number : otherwise;
    }

    private TimeSpan? Span(JsonElement? section, string name)
    {
        if (Child(section, name) is not { } value)
        {
            return null;
        }

        TimeSpan span = default;
        Require(
            value.ValueKind == JsonValueKind.String && TimeSpan.TryParse(value.GetString(), CultureInfo.InvariantCulture, out span) && span >= TimeSpan.Zero,
            $"{name} must be a time span such as 00:00:30");
        return span;
    }

    private string? Text(JsonElement? section, string name)
    {
        if (Child(section, name) is not { } value)
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.String, $"{name} must be text");
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static JsonElement? Child(JsonElement? parent, string name)
    {
        if (parent is not { ValueKind: JsonValueKind.Object } element)
        {
            return null;
        }

        // The host reads host.json through its configuration, which ignores case.
        foreach (var property in element.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind != JsonValueKind.Null)
            {
                return property.Value;
            }
        }

        return null;
    }

    private void Require(bool holds, string mistake)
    {
        if (!holds)
        {
            mistakes.Add(mistake);
        }
    }
}
