using System.Globalization;

namespace Azure.Messaging.EventHubs.Consumer;

/// <summary>Where in a partition reading begins.</summary>
public struct EventPosition
{
    private string? selector;

    /// <summary>The oldest event that is still there.</summary>
    public static EventPosition Earliest => FromOffset("-1", isInclusive: false);

    /// <summary>The end: only events that arrive from now on.</summary>
    public static EventPosition Latest => FromOffset("@latest", isInclusive: false);

    /// <summary>At or behind an offset, as text.</summary>
    public static EventPosition FromOffset(string offsetString, bool isInclusive = true) =>
        At("x-opt-offset", offsetString, isInclusive);

    /// <summary>At or behind a sequence number.</summary>
    public static EventPosition FromSequenceNumber(long sequenceNumber, bool isInclusive = true) =>
        At("x-opt-sequence-number", sequenceNumber.ToString(CultureInfo.InvariantCulture), isInclusive);

    /// <summary>Events accepted after the given time, to the millisecond.</summary>
    public static EventPosition FromEnqueuedTime(DateTimeOffset enqueuedTime) =>
        At("x-opt-enqueued-time", enqueuedTime.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), isInclusive: false);

    /// <summary>The position as the expression of the link's filter.</summary>
    internal readonly string Selector => selector ?? Earliest.Selector;

    /// <inheritdoc />
    public override readonly string ToString() => Selector;

    private static EventPosition At(string annotation, string value, bool isInclusive) =>
        new() { selector = $"amqp.annotation.{annotation} {(isInclusive ? ">=" : ">")} '{value}'" };
}
