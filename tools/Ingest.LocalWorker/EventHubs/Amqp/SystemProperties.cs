using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>A received event's system properties: one by name costs that one, all of them are decoded only for who goes through them.</summary>
internal sealed class SystemProperties(ReceivedEvent received) : IReadOnlyDictionary<string, object>
{
    private IReadOnlyDictionary<string, object>? decoded;

    public int Count => Decoded.Count;

    public IEnumerable<string> Keys => Decoded.Keys;

    public IEnumerable<object> Values => Decoded.Values;

    private IReadOnlyDictionary<string, object> Decoded => decoded ??= received.DecodeSystemProperties();

    public object this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no system property {key}.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object value)
    {
        value = received.SystemProperty(key);
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => Decoded.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
