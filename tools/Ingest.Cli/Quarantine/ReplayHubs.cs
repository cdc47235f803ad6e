using Ingest.Cli.Settings;
using Ingest.LocalWorker.EventHubs;
using Microsoft.Extensions.Configuration;

namespace Ingest.Cli.Quarantine;

/// <summary>Senders to the hubs of the app's own Event Hubs namespace, one a hub, opened on first use.</summary>
public sealed class ReplayHubs(IConfiguration settings, TimeProvider clock) : IAsyncDisposable
{
    private readonly Dictionary<string, EventSender> senders = new(StringComparer.Ordinal);
    private HubNamespace? at;

    /// <summary>Not for parallel callers.</summary>
    /// <exception cref="CommandException">The settings name no namespace, or a wrong one.</exception>
    public Task<SendResult> SendAsync(string hub, OutgoingEvent outgoing, CancellationToken cancellationToken)
    {
        if (!senders.TryGetValue(hub, out var sender))
        {
            senders.Add(hub, sender = Open(hub));
        }

        return sender.SendAsync(outgoing, cancellationToken);
    }

    /// <summary>Whether the settings say where to send.</summary>
    /// <exception cref="CommandException">They do not.</exception>
    public void Check(string hub) => senders.TryAdd(hub, Open(hub));

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in senders.Values)
        {
            await sender.DisposeAsync().ConfigureAwait(false);
        }
    }

    private EventSender Open(string hub) => (at ??= HubNamespace.Get(settings)).Sender(hub, clock);
}
