using Amqp.Framing;
using Amqp.Types;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Nodes;

/// <summary>What a receiver asks for in its attach.</summary>
internal sealed record Subscription(string ConsumerGroup, StartPosition Start, long? Epoch, bool RuntimeMetrics, bool Unsettled)
{
    private const int SndSettleModeField = 3;
    private const string SelectorName = "apache.org:selector-filter:string";
    private const ulong SelectorCode = 0x0000468C00000004;

    public static Subscription Of(Attach attach, string consumerGroup) => new(
        consumerGroup,
        StartOf((attach.Source as Source)?.FilterSet),
        EpochOf(attach.Properties),
        Symbols(attach.DesiredCapabilities).Contains("com.microsoft:enable-receiver-runtime-metric"),
        // "Mixed", also the default, leaves it to the sender; settled is the cheaper of the two.
        attach.HasField(SndSettleModeField) && attach.SndSettleMode == SenderSettleMode.Unsettled);

    private static StartPosition StartOf(Map? filters)
    {
        foreach (var filter in filters ?? [])
        {
            if (filter.Value is DescribedValue { Descriptor: var descriptor, Value: string expression }
                && (descriptor is SelectorCode || descriptor?.ToString() == SelectorName))
            {
                return StartPosition.Parse(expression);
            }

            if (filter.Key.ToString() == SelectorName)
            {
                throw new AmqpErrorException(ErrorScope.Link, ErrorConditions.InvalidField, "The selector filter is not a described string.");
            }
        }

        return StartPosition.Beginning;
    }

    private static long? EpochOf(Fields? properties)
        => properties?[(Symbol)"com.microsoft:epoch"] switch
        {
            null => null,
            long epoch and >= 0 => epoch,
            int epoch and >= 0 => epoch,
            var other => throw new AmqpErrorException(ErrorScope.Link, ErrorConditions.InvalidField, $"The epoch '{other}' is not a long of at least 0."),
        };

    private static IEnumerable<string> Symbols(object? capabilities) => capabilities switch
    {
        Symbol one => [one.ToString()],
        Symbol[] many => many.Select(symbol => symbol.ToString()),
        _ => [],
    };
}
