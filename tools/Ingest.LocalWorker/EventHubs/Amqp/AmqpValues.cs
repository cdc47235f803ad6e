using Amqp.Types;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>AMQP values as the Event Hubs SDK hands them out.</summary>
internal static class AmqpValues
{
    private static readonly Symbol UriDescriptor = "com.microsoft:uri";
    private static readonly Symbol TimeSpanDescriptor = "com.microsoft:timespan";
    private static readonly Symbol DateTimeOffsetDescriptor = "com.microsoft:datetime-offset";

    public static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static object? ToNet(object? value) => value switch
    {
        Symbol symbol => (string)symbol,
        DescribedValue described => Described(described),
        Map map => map.Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key.ToString()!, entry => ToNet(entry.Value)!),
        _ => value,
    };

    private static object? Described(DescribedValue described) => (described.Descriptor as Symbol, described.Value) switch
    {
        ({ } name, string text) when name.Equals(UriDescriptor) => new Uri(text, UriKind.RelativeOrAbsolute),
        ({ } name, long ticks) when name.Equals(TimeSpanDescriptor) => TimeSpan.FromTicks(ticks),
        ({ } name, long ticks) when name.Equals(DateTimeOffsetDescriptor) => new DateTimeOffset(ticks, TimeSpan.Zero),
        _ => ToNet(described.Value),
    };
}
