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

    /// <summary>The way back from <see cref="ToNet"/>.</summary>
    /// <param name="name">For the message of the exception.</param>
    /// <exception cref="ArgumentException">AMQP has no such type.</exception>
    public static object? FromNet(object? value, string name) => value switch
    {
        Uri uri => new DescribedValue(UriDescriptor, uri.OriginalString),
        TimeSpan span => new DescribedValue(TimeSpanDescriptor, span.Ticks),
        DateTimeOffset time => new DescribedValue(DateTimeOffsetDescriptor, time.UtcTicks),
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        IDictionary<object, object?> map => MapOf(map, name),
        IReadOnlyList<object?> list => ListOf(list, name),
        null or string or bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or char or Guid or DateTime or byte[] => value,
        _ => throw new ArgumentException($"The property {name} has the type {value.GetType().Name}, which AMQP does not know."),
    };

    private static Map MapOf(IDictionary<object, object?> values, string name)
    {
        var map = new Map();
        foreach (var (key, value) in values)
        {
            map[FromNet(key, name)!] = FromNet(value, name);
        }

        return map;
    }

    private static List ListOf(IReadOnlyList<object?> values, string name)
    {
        var list = new List();
        foreach (var value in values)
        {
            list.Add(FromNet(value, name));
        }

        return list;
    }

    private static object? Described(DescribedValue described) => (described.Descriptor as Symbol, described.Value) switch
    {
        ({ } name, string text) when name.Equals(UriDescriptor) => new Uri(text, UriKind.RelativeOrAbsolute),
        ({ } name, long ticks) when name.Equals(TimeSpanDescriptor) => TimeSpan.FromTicks(ticks),
        ({ } name, long ticks) when name.Equals(DateTimeOffsetDescriptor) => new DateTimeOffset(ticks, TimeSpan.Zero),
        _ => ToNet(described.Value),
    };
}
