using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>The values of one <c>enum</c> or <c>const</c>.</summary>
internal sealed class AllowedValues
{
    private readonly Utf8Lookup strings;
    private readonly HashSet<long> integers = [];
    private readonly HashSet<double> doubles = [];
    private readonly HashSet<string> others = new(StringComparer.Ordinal);
    private readonly HashSet<string> containers = new(StringComparer.Ordinal);
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
                        others.Add(CanonicalJson.Number(value.Text));
                    }

                    doubles.Add(JsonNumber.ToDouble(text));
                    break;
                case JsonTypes.Boolean:
                    AllowsTrue |= value.Text == "true";
                    AllowsFalse |= value.Text == "false";
                    break;
                case JsonTypes.Array or JsonTypes.Object:
                    containers.Add(Encoding.UTF8.GetString(CanonicalJson.Of(value.Raw.Span, SchemaDocument.MaxDepth)));
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

    /// <summary>For values that have become doubles: compared as doubles.</summary>
    public bool Allows(double value) => doubles.Contains(value);

    /// <summary>For numbers beyond 64-bit integers that stay text.</summary>
    public bool AllowsNumberText(ReadOnlySpan<byte> text) =>
        JsonNumber.TryScale(text, 0, out var whole) == NumberScale.Exact
            ? integers.Contains(whole)
            : others.Contains(CanonicalJson.Number(Encoding.ASCII.GetString(text)));

    public bool AllowsContainer(ReadOnlySpan<byte> json, int maxDepth) =>
        containers.Count > 0 && containers.Contains(Encoding.UTF8.GetString(CanonicalJson.Of(json, maxDepth)));

    /// <summary>The first values as they stand in the schema.</summary>
    public override string ToString() => description;
}
