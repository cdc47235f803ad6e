using Ingest.Cli.Settings;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Audit;

/// <summary>The hubs whose tails an audit judges.</summary>
public sealed class HubReaders : IAsyncDisposable
{
    private readonly List<HubReader> readers = [];

    private HubReaders()
    {
    }

    /// <summary>Hubs of the settings that are not read, lower case.</summary>
    public IReadOnlyList<string> LeftOut { get; private init; } = [];

    /// <summary>The one hub, or those that the app reads by its settings; null where they name no Event Hubs connection.</summary>
    /// <exception cref="CommandException">The connection string cannot be used.</exception>
    public static HubReaders? FromSettings(IConfiguration settings, string? hub)
    {
        if (HubNamespace.Find(settings) is not { } at)
        {
            return null;
        }

        var named = new HubSettings(settings);
        var devices = named.Devices is { } name ? new[] { name } : [];
        var isOff = hub is null && named.DevicesAreSwitchedOff;
        var all = new HubReaders { LeftOut = isOff ? [.. devices.Select(d => d.ToLowerInvariant())] : [] };
        string[] read = hub is not null ? [hub] : isOff ? [named.Telemetry] : [named.Telemetry, .. devices];
        all.readers.AddRange(read.Select(one => new HubReader(at, one, named.ConsumerGroup)));
        return all;
    }

    /// <exception cref="CommandException">A hub does not exist or cannot be reached.</exception>
    public async Task<IReadOnlyList<HubPartition>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(readers.Select(reader => reader.ReadAsync(cancellationToken))).ConfigureAwait(false)).SelectMany(partitions => partitions)];

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in readers)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }
}
