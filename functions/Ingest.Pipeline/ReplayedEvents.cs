using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Quarantine;

namespace Ingest.Pipeline;

/// <summary>
/// Recognises events that the replay tool has sent, and gives those of devices back what IoT Hub had vouched for, where the register
/// of replays confirms it. Costs one look for a property an event; a table read only for replayed events of devices.
/// </summary>
/// <param name="register">null: no device is believed.</param>
internal sealed class ReplayedEvents(IReplayRegister? register)
{
    private const string IoTHubPrefix = "iothub-";

    /// <summary>The same run where nothing in it was replayed.</summary>
    public ValueTask<DeliveryRun> MarkAsync(DeliveryRun run, CancellationToken cancellationToken)
    {
        var events = run.Events.Span;
        for (var i = 0; i < events.Length; i++)
        {
            if (MarkOf(events[i]) is not null)
            {
                return MarkFromAsync(run, i, cancellationToken);
            }
        }

        return new ValueTask<DeliveryRun>(run);
    }

    private static ReplayMark? MarkOf(in IncomingEvent source)
    {
        try
        {
            return ReplayMark.Of(source);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Properties may be decoded on first use; decoding the event will find the same, and costs that event alone.
            return null;
        }
    }

    private async ValueTask<DeliveryRun> MarkFromAsync(DeliveryRun run, int first, CancellationToken cancellationToken)
    {
        var events = run.Events.ToArray();
        for (var i = first; i < events.Length; i++)
        {
            if (MarkOf(events[i]) is { } mark)
            {
                events[i] = mark is { Device: not null, Fault: null }
                    ? await RestoreAsync(events[i], mark, cancellationToken)
                    : events[i] with { Replay = mark };
            }
        }

        return run with { Events = events };
    }

    private async Task<IncomingEvent> RestoreAsync(IncomingEvent source, ReplayMark mark, CancellationToken cancellationToken)
    {
        var known = register is not null && mark.From is { } from ? await register.FindDeviceAsync(from, cancellationToken) : null;
        if (known is null || known.DeviceId != mark.Device || known.BodyHash != ReplayMark.HashOf(source.Body.Span))
        {
            var detail = $"The event claims to be a replay of the device \"{mark.Device}\", but the register of replays knows no such event with this body.";
            return source with { Replay = mark with { Fault = new Fault(FaultStage.Route, FaultCode.IdentityMismatch, detail) } };
        }

        var system = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, value) in source.SystemProperties ?? new Dictionary<string, object>())
        {
            if (!name.StartsWith(IoTHubPrefix, StringComparison.OrdinalIgnoreCase))
            {
                system[name] = value;
            }
        }

        foreach (var (name, value) in known.SystemProperties)
        {
            if (value is not null)
            {
                system[name] = value;
            }
        }

        return source with { Replay = mark, FromDeviceHub = true, SystemProperties = system };
    }
}
