using System.Text.Json;
using Ingest.LocalWorker.EventHubs;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Pipeline.Streams;
using Ingest.Storage.Quarantine;

namespace Ingest.Cli.Quarantine;

/// <summary>Where replayed records go.</summary>
/// <param name="TelemetryHub">Takes the place of the device hub, to which only IoT Hub can send.</param>
/// <param name="DeviceHub">null: there is none.</param>
/// <param name="To">Takes the place of every hub; null: back to where they came from.</param>
public sealed record ReplayTarget(string TelemetryHub, string? DeviceHub, string? To)
{
    public string HubFor(string hub) => To ?? (hub == DeviceHub ? TelemetryHub : hub);
}

/// <summary>A quarantined record as it is to be sent, or why it is not.</summary>
/// <param name="Event">null where <paramref name="Obstacle"/> says why there is none.</param>
public sealed record ReplayItem(ReplayClaim Claim, OutgoingEvent? Event, string? Obstacle);

/// <summary>Makes events of quarantined records: the original bytes, properties and partition key, and the mark of the replay.</summary>
/// <param name="streams">Asked only for parts of packed events, whose format it knows; null: there is no streams file.</param>
/// <param name="register">Confirms the device of a record that was replayed before.</param>
/// <param name="run">Name of the run.</param>
public sealed class ReplayPlan(ReplayTarget target, Func<StreamCatalog?> streams, IReplayRegister register, string run)
{
    private const string EncodingName = "content-encoding";
    private const string ContentTypeName = "content-type";
    private const string IoTHubPrefix = "iothub-";
    private const string DeviceIdName = "iothub-connection-device-id";
    private const string MarkPrefix = "x-ingest-replay-";

    public async Task<ReplayItem> MakeAsync(QuarantineRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        var claim = new ReplayClaim(row.Origin, row.Origin, 1, target.HubFor(row.Origin.Partition.Hub), run, null);
        if (row.Code == FaultCode.AbsentUpstream.ToText())
        {
            return new ReplayItem(claim, null, "There is no event to send: the hub had lost it before it could be read.");
        }

        if (!TryRead(row.Properties, out var properties) || !TryRead(row.SystemProperties, out var system))
        {
            return new ReplayItem(claim, null, "Its properties could not be decoded when it was received, so they cannot be sent as they were.");
        }

        var isDevice = row.Origin.Partition.Hub == target.DeviceHub;
        var source = Source(row, properties, system, isDevice);
        if (ReplayMark.Of(source) is { } earlier)
        {
            if (earlier.Fault is { } fault)
            {
                return new ReplayItem(claim, null, fault.Detail);
            }

            claim = claim with { First = RecordOrigin.TryParse(earlier.IdOf(row.Origin.Index))!.Value, Generation = earlier.Generation + 1 };
            if (claim.Generation > ReplayMark.MaxGenerations)
            {
                return new ReplayItem(claim, null, $"It came back {ReplayMark.MaxGenerations} times: export it, correct it, and send it as a new event.");
            }

            if (earlier.Device is not null)
            {
                if (await ConfirmAsync(earlier, row, cancellationToken).ConfigureAwait(false) is not { } known)
                {
                    return new ReplayItem(claim, null, $"It claims to come from the device \"{earlier.Device}\", which the register of replays does not confirm.");
                }

                claim = claim with { Device = known };
                source = source with { FromDeviceHub = true };
            }
        }
        else if (isDevice && system.GetValueOrDefault(DeviceIdName)?.ToString() is { } device)
        {
            claim = claim with
            {
                Device = new ReplayedDevice(device, "", system.Where(p => p.Key.StartsWith(IoTHubPrefix, StringComparison.OrdinalIgnoreCase)).ToDictionary()),
            };
        }

        return Finish(row, claim, source, properties, system);
    }

    private ReplayItem Finish(
        QuarantineRow row, ReplayClaim claim, in IncomingEvent source, IReadOnlyDictionary<string, object?> properties, IReadOnlyDictionary<string, object?> system)
    {
        if (BodyOf(row, source, out var obstacle) is not { } body)
        {
            return new ReplayItem(claim, null, obstacle);
        }

        if (claim.Device is { } device)
        {
            claim = claim with { Device = device with { BodyHash = ReplayMark.HashOf(body) } };
            if (!ReplayRegister.Fits(claim.Device))
            {
                return new ReplayItem(claim, null, "What IoT Hub said about its device is too long for the register of replays.");
            }
        }

        var outgoing = new OutgoingEvent
        {
            Body = body,
            PartitionKey = row.Key,
            Properties = Mark(properties.Where(p => IsKept(p.Key, row)), claim),
            Section = SectionOf(row, system),
            Annotations = system.Where(p => IsAnnotation(p.Key)).ToDictionary(),
        };
        return new ReplayItem(claim, outgoing, null);
    }

    private byte[]? BodyOf(QuarantineRow row, in IncomingEvent source, out string obstacle)
    {
        obstacle = "";
        if (row.IsWholeEvent)
        {
            return row.Body;
        }

        if (streams() is not { } catalog)
        {
            obstacle = "It is part of a packed event, whose format only streams.json knows: name the file with --streams.";
            return null;
        }

        // Where no stream took the record, the event was taken apart as the first candidate reads it.
        if ((catalog.Streams.FirstOrDefault(s => s.Name == row.Stream) ?? catalog.Route(source)) is not { } stream)
        {
            obstacle = $"It is part of a packed event of the stream {row.Stream ?? "of none"}, which streams.json does not have.";
            return null;
        }

        var code = Enum.GetValues<FaultCode>().First(c => c.ToText() == row.Code);
        return RecordParts.Pack(stream.Payload, source, new Fault(FaultStage.Decode, code, row.Detail), row.Body, out obstacle);
    }

    private async Task<ReplayedDevice?> ConfirmAsync(ReplayMark earlier, QuarantineRow row, CancellationToken cancellationToken)
    {
        var known = earlier.From is { } from ? await register.FindDeviceAsync(from, cancellationToken).ConfigureAwait(false) : null;

        // An event that the register does not confirm is refused whole, so a part was confirmed when its event came.
        return known is not null && known.DeviceId == earlier.Device && (!row.IsWholeEvent || known.BodyHash == ReplayMark.HashOf(row.Body)) ? known : null;
    }

    private static Dictionary<string, object?> Mark(IEnumerable<KeyValuePair<string, object?>> properties, ReplayClaim claim)
    {
        var marked = properties.ToDictionary();
        marked[ReplayMark.OfProperty] = claim.First.ToString();
        marked[ReplayMark.FromProperty] = claim.From.ToString();
        marked[ReplayMark.GenerationProperty] = claim.Generation;
        if (claim.Device is { } device)
        {
            marked[ReplayMark.DeviceProperty] = device.DeviceId;
        }

        return marked;
    }

    private static Dictionary<string, object?> SectionOf(QuarantineRow row, IReadOnlyDictionary<string, object?> system)
    {
        var section = system.Where(p => OutgoingEvent.IsSectionName(p.Key) && IsKept(p.Key, row)).ToDictionary();
        if (row.ContentType is not null)
        {
            section.TryAdd(ContentTypeName, row.ContentType);
        }

        return section;
    }

    // A part was decompressed when it was cut out.
    private static bool IsKept(string name, QuarantineRow row) =>
        !name.StartsWith(MarkPrefix, StringComparison.Ordinal) && (row.IsWholeEvent || name != EncodingName);

    // What the hub or IoT Hub has set is not the sender's to set again.
    private static bool IsAnnotation(string name) =>
        !OutgoingEvent.IsSectionName(name) && !name.StartsWith("x-opt-", StringComparison.Ordinal) && !name.StartsWith(IoTHubPrefix, StringComparison.OrdinalIgnoreCase);

    private static IncomingEvent Source(
        QuarantineRow row, IReadOnlyDictionary<string, object?> properties, IReadOnlyDictionary<string, object?> system, bool isDevice) => new()
    {
        Body = row.Body,
        SequenceNumber = row.Origin.Sequence,
        EnqueuedUnixMs = row.Enqueued.ToUnixTimeMilliseconds(),
        PartitionKey = row.Key,
        ContentType = row.ContentType,
        Properties = NotNull(properties),
        SystemProperties = NotNull(system),
        FromDeviceHub = isDevice,
    };

    private static Dictionary<string, object> NotNull(IReadOnlyDictionary<string, object?> values) =>
        values.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value!);

    private static bool TryRead(string? json, out IReadOnlyDictionary<string, object?> values)
    {
        values = new Dictionary<string, object?>();
        try
        {
            values = json is null ? values : AmqpValueJson.Read(json);

            // Inside a text the quotes would be escaped.
            return json?.Contains("\"$undecodable\":", StringComparison.Ordinal) != true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            return false;
        }
    }
}
