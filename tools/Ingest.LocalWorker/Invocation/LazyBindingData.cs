using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ingest.LocalWorker.Invocation;

/// <summary>Binding data that is made when it is asked for: whole batches as JSON cost more than most functions. Names ignore case.</summary>
internal sealed class LazyBindingData(IEnumerable<KeyValuePair<string, Func<object?>>> entries) : IReadOnlyDictionary<string, object?>
{
    public static readonly LazyBindingData Empty = new([]);

    private readonly Dictionary<string, Lazy<object?>> entries =
        entries.ToDictionary(entry => entry.Key, entry => new Lazy<object?>(entry.Value), StringComparer.OrdinalIgnoreCase);

    public int Count => entries.Count;

    public IEnumerable<string> Keys => entries.Keys;

    public IEnumerable<object?> Values => entries.Values.Select(entry => entry.Value);

    public object? this[string key] => entries[key].Value;

    public bool ContainsKey(string key) => entries.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var found = entries.TryGetValue(key, out var entry);
        value = entry?.Value;
        return found;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
