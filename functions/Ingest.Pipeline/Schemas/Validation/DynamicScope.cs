namespace Ingest.Pipeline.Schemas;

/// <summary>
/// What <c>$dynamicRef</c> finds: for each dynamic anchor the schema that has it in the outermost resource on the way from the root.
/// There are finitely many, so that a schema is compiled once for each that it is reached in, and validation need not know of them.
/// </summary>
internal sealed class DynamicScope
{
    private readonly Dictionary<string, SchemaValue> anchors;
    private readonly Dictionary<SchemaResource, DynamicScope> entered = [];
    private readonly List<DynamicScope> all;

    public DynamicScope()
        : this(new(StringComparer.Ordinal), [])
    {
        all.Add(this);
    }

    private DynamicScope(Dictionary<string, SchemaValue> anchors, List<DynamicScope> all) => (this.anchors, this.all) = (anchors, all);

    public SchemaValue? Find(string anchor) => anchors.GetValueOrDefault(anchor);

    /// <summary>The scope inside a resource. The same object for the same scope, however it was reached.</summary>
    public DynamicScope Enter(SchemaResource resource)
    {
        if (entered.TryGetValue(resource, out var known))
        {
            return known;
        }

        var inner = this;
        if (resource.DynamicAnchors.Keys.Any(name => !anchors.ContainsKey(name)))
        {
            var bound = new Dictionary<string, SchemaValue>(anchors, StringComparer.Ordinal);
            foreach (var (name, schema) in resource.DynamicAnchors)
            {
                bound.TryAdd(name, schema);
            }

            inner = all.Find(other => other.anchors.Count == bound.Count && bound.All(b => ReferenceEquals(other.anchors.GetValueOrDefault(b.Key), b.Value)));
            if (inner is null)
            {
                inner = new DynamicScope(bound, all);
                all.Add(inner);
            }
        }

        return entered[resource] = inner;
    }
}
