using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>The values of one <c>enum</c> or <c>const</c>.</summary>
internal sealed class AllowedValues
{
    private readonly Utf8Lookup strings;
    private readonly HashSet<long> integers = [];
    private readonly List<byte[]> otherNumbers = [];
    private readonly List<(int Hash, byte[] Json)> containers = [];
    private readonly string description;

    public AllowedValues(IReadOnlyList<SchemaValue> values)
    {
        byte[][] texts = [.. values.Where(v => v.Kind == JsonTypes.String).Select(v => Encoding.UTF8.GetBytes(v.Text))];
        strings = new Utf8Lookup(texts);
        Words = ShortWords.TryCreate(texts);
        foreach (var value in values)
        {
            Types |= value.Kind;
            switch (value.Kind)
            {
                case JsonTypes.Integer or JsonTypes.Fraction:
                    var text = Encoding.UTF8.GetBytes(value.Text);
                    if (JsonNumber.TryScale(text, 0, out var whole) == NumberScale.Exact)
                    {
                        integers.Add(whole);
                    }
                    else
                    {
                        otherNumbers.Add(text);
                    }

                    break;
                case JsonTypes.Boolean:
                    AllowsTrue |= value.Text == "true";
                    AllowsFalse |= value.Text == "false";
                    break;
                case JsonTypes.Array or JsonTypes.Object:
                    var json = value.Raw.ToArray();
                    containers.Add((JsonEquality.Hash(json, 0, out _), json));
                    break;
            }
        }

        description = string.Join(", ", values.Take(8).Select(v => Encoding.UTF8.GetString(v.Raw.Span))) + (values.Count > 8 ? ", …" : "");
    }

    /// <summary>The types that occur among the values.</summary>
    public JsonTypes Types { get; }

    public bool AllowsTrue { get; }

    public bool AllowsFalse { get; }

    /// <summary>The strings, where they are few and short; else null.</summary>
    public ShortWords? Words { get; }

    public bool Allows(ReadOnlySpan<byte> unescaped) => strings.Find(unescaped) >= 0;

    public bool Allows(long value) => integers.Contains(value);

    /// <summary>Any number, exactly.</summary>
    public bool AllowsNumberText(ReadOnlySpan<byte> text)
    {
        if (JsonNumber.TryScale(text, 0, out var whole) == NumberScale.Exact)
        {
            return integers.Contains(whole);
        }

        var number = new DecimalText(text);
        foreach (var other in otherNumbers)
        {
            if (number.CompareTo(new DecimalText(other)) == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="json">An array or object that was checked to be well-formed.</param>
    public bool AllowsContainer(ReadOnlySpan<byte> json)
    {
        if (containers.Count == 0)
        {
            return false;
        }

        var hash = JsonEquality.Hash(json, 0, out _);
        foreach (var (other, value) in containers)
        {
            // The work is bounded by the schema's own value.
            var work = long.MaxValue;
            if (hash == other && JsonEquality.AreEqual(value, 0, json, 0, ref work))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first values as they stand in the schema.</summary>
    public override string ToString() => description;
}
