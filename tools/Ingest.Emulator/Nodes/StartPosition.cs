using System.Text.RegularExpressions;
using Ingest.Emulator.Log;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Nodes;

/// <summary>Where a receiver begins, as its selector filter says; without one at the beginning.</summary>
internal sealed partial record StartPosition(string Property, bool Inclusive, long? Value)
{
    private const string Offset = "x-opt-offset";
    private const string SequenceNumber = "x-opt-sequence-number";

    public static StartPosition Beginning { get; } = new(Offset, false, -1);

    /// <exception cref="AmqpErrorException">The expression is none that Event Hubs knows.</exception>
    public static StartPosition Parse(string expression)
    {
        var match = Selector().Match(expression);
        var value = match.Groups["value"].Value;
        if (match.Success && value == "@latest")
        {
            return new StartPosition(match.Groups["property"].Value, false, null);
        }

        return match.Success && long.TryParse(value, out var number)
            ? new StartPosition(match.Groups["property"].Value, match.Groups["operator"].Value == ">=", number)
            : throw new AmqpErrorException(ErrorScope.Link, ErrorConditions.InvalidField, $"The filter '{expression}' is not a position in a partition.");
    }

    /// <summary>The sequence number to begin with.</summary>
    public long Resolve(PartitionLog log) => (Property, Value) switch
    {
        (_, null) => log.Next,
        (Offset, { } offset) => log.FindOffset(offset, Inclusive),
        (SequenceNumber, { } sequence) => Math.Clamp(Inclusive || sequence == long.MaxValue ? sequence : sequence + 1, 0, log.Next),
        (_, { } time) => log.FindTime(time, Inclusive),
    };

    [GeneratedRegex(@"\A\s*amqp\.annotation\.(?<property>x-opt-offset|x-opt-sequence-number|x-opt-enqueued-time)\s*(?<operator>>=|>)\s*'(?<value>[^']*)'\s*\z")]
    private static partial Regex Selector();
}
