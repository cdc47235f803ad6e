using System.Globalization;
using System.Security.Cryptography;

namespace Ingest.Pipeline.Events;

/// <summary>
/// What <c>ingest quarantine replay</c> says about an event that it sends again, as application properties. A mark that cannot be
/// right carries a <see cref="Fault"/>: such an event is refused whole.
/// </summary>
public sealed record ReplayMark
{
    /// <summary>Property with the origin under which the record was refused first, however often it was sent since.</summary>
    public const string OfProperty = "x-ingest-replay-of";

    /// <summary>Property with how often it was sent again, from 1 to <see cref="MaxGenerations"/>; absent: 1.</summary>
    public const string GenerationProperty = "x-ingest-replay-generation";

    /// <summary>Property with the origin of the quarantined record that was sent: the key of its row in the register of replays.</summary>
    public const string FromProperty = "x-ingest-replay-from";

    /// <summary>Property with the device that IoT Hub had authenticated; believed only where the register agrees.</summary>
    public const string DeviceProperty = "x-ingest-replay-device";

    /// <summary>A record that comes back to quarantine this often is not sent again.</summary>
    public const int MaxGenerations = 5;

    private const int MaxShown = 100;

    /// <summary>Where the record was refused first.</summary>
    public RecordOrigin First { get; init; }

    /// <summary>From 1.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>The quarantined record that was sent; null: none is named.</summary>
    public RecordOrigin? From { get; init; }

    /// <summary>The device it claims; null: none.</summary>
    public string? Device { get; init; }

    /// <summary>Why the event is refused; null: it is not.</summary>
    public Fault? Fault { get; init; }

    /// <summary>The mark of an event; null where it has none. Devices set properties too, and nothing is replayed to their hub.</summary>
    public static ReplayMark? Of(in IncomingEvent source)
    {
        if (source.FromDeviceHub || source.Properties is not { } properties || !properties.TryGetValue(OfProperty, out var of))
        {
            return null;
        }

        if (RecordOrigin.TryParse(EventText.Of(of)) is not { } first)
        {
            return Refused($"The property {OfProperty} is \"{Shorten(EventText.Of(of))}\"; it must be an origin, hub/partition/epoch/sequence/index.");
        }

        RecordOrigin? from = null;
        if (properties.TryGetValue(FromProperty, out var fromText) && (from = RecordOrigin.TryParse(EventText.Of(fromText))) is null)
        {
            return Refused($"The property {FromProperty} is \"{Shorten(EventText.Of(fromText))}\"; it must be an origin, hub/partition/epoch/sequence/index.");
        }

        var generation = 1;
        if (properties.TryGetValue(GenerationProperty, out var count)
            && (!int.TryParse(EventText.Of(count), NumberStyles.None, CultureInfo.InvariantCulture, out generation) || generation is 0 or > MaxGenerations))
        {
            return Refused(
                $"The property {GenerationProperty} is \"{Shorten(EventText.Of(count))}\"; a record is sent again at most {MaxGenerations} times. Export it, correct it, and send it as a new event.");
        }

        return new ReplayMark
        {
            First = first,
            Generation = generation,
            From = from,
            Device = properties.TryGetValue(DeviceProperty, out var device) ? EventText.Of(device) : null,
        };
    }

    /// <summary>Binds a register row to the bytes that were sent: SHA-256 in hex.</summary>
    public static string HashOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>
    /// The default id of a record: the origin it had when it was refused first. Where the whole event was refused, its records have
    /// the origins that they would have had.
    /// </summary>
    /// <param name="index">Position of the record inside the event that was sent, from 0.</param>
    public string IdOf(int index) => (First with { Index = First.Index + index }).ToString();

    private static ReplayMark Refused(string detail) => new() { Fault = new Fault(FaultStage.Route, FaultCode.Malformed, detail) };

    private static string Shorten(string text) => text.Length <= MaxShown ? text : $"{text[..MaxShown]}…";
}
