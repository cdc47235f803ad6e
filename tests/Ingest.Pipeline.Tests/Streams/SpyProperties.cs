using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>Properties that count how often they were asked, as a lazily decoding event would notice.</summary>
internal sealed class SpyProperties(IReadOnlyDictionary<string, object> inner) : IDictionary<string, object>, IReadOnlyDictionary<string, object>
{
    public int Reads { get; private set; }

    public int Count => throw Unexpected();

    public bool IsReadOnly => throw Unexpected();

    public ICollection<string> Keys => throw Unexpected();

    public ICollection<object> Values => throw Unexpected();

    IEnumerable<string> IReadOnlyDictionary<string, object>.Keys => throw Unexpected();

    IEnumerable<object> IReadOnlyDictionary<string, object>.Values => throw Unexpected();

    public object this[string key]
    {
        get => throw Unexpected();
        set => throw Unexpected();
    }

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object value)
    {
        Reads++;
        return inner.TryGetValue(key, out value);
    }

    public bool ContainsKey(string key) => throw Unexpected();

    public void Add(string key, object value) => throw Unexpected();

    public void Add(KeyValuePair<string, object> item) => throw Unexpected();

    public bool Remove(string key) => throw Unexpected();

    public bool Remove(KeyValuePair<string, object> item) => throw Unexpected();

    public void Clear() => throw Unexpected();

    public bool Contains(KeyValuePair<string, object> item) => throw Unexpected();

    public void CopyTo(KeyValuePair<string, object>[] array, int arrayIndex) => throw Unexpected();

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => throw Unexpected();

    IEnumerator IEnumerable.GetEnumerator() => throw Unexpected();

    private static InvalidOperationException Unexpected() => new("Routing looks one property up and does nothing else.");
}
