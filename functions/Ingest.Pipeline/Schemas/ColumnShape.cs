namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Turns rules into the nodes that the record reader follows. What <c>$ref</c> and <c>allOf</c> say about one value becomes one node
/// where a node can say it; what none can say, such as <c>anyOf</c>, is left to the validator: over the span of a value that stays
/// JSON, else over the whole record.
/// </summary>
internal sealed class ColumnShape
{
    // Far more than a stream has columns; references that fan out could otherwise make exponentially many.
    private const int MostNodes = 20_000;
    private const int DeepestNode = 100;

    private readonly HashSet<Rule> onPath = [];
    private int nodes;

    /// <summary>The node of a record, and whether the nodes say everything that the rule says.</summary>
    public (SchemaNode Root, bool IsWhole) RootOf(Rule rule)
    {
        onPath.Add(rule);
        var (node, isWhole) = Describe([rule]);
        return (node, isWhole && node.Allowed is null);
    }

    private (SchemaNode Node, bool IsWhole) NodeOf(IReadOnlyList<Rule> rules)
    {
        var entered = rules.Where(onPath.Add).ToList();
        if (entered.Count == rules.Count && ++nodes <= MostNodes && onPath.Count <= DeepestNode)
        {
            var (node, isWhole) = Describe(rules);
            entered.ForEach(r => onPath.Remove(r));
            if (isWhole || ColumnPlan.KindOf(node) is not NodeKind.Json)
            {
                return (node, isWhole);
            }
        }
        else
        {
            // A schema inside itself has no end; the value stays JSON.
            entered.ForEach(r => onPath.Remove(r));
        }

        return (new SchemaNode
        {
            File = rules[0].Resource.Source.File,
            Pointer = rules[0].Source.Pointer,
            Line = rules[0].Source.Line,
            Types = rules.Aggregate(JsonTypes.Any, (types, rule) => types & rule.Types),
            Rule = rules.Count == 1 ? rules[0] : AllOf(rules),
        }, true);
    }

    private static Rule AllOf(IReadOnlyList<Rule> rules)
    {
        var all = new Rule(rules[0].Source, rules[0].Resource) { InPlace = new InPlaceRules() };
        all.InPlace.All.AddRange(rules.Select(rule => ("", rule)));
        return all;
    }

    private (SchemaNode Node, bool IsWhole) Describe(IReadOnlyList<Rule> rules)
    {
        var parts = new ShapeParts();
        foreach (var rule in rules)
        {
            parts.Add(rule);
        }

        var node = new SchemaNode
        {
            File = rules[0].Resource.Source.File,
            Pointer = rules[0].Source.Pointer,
            Line = rules[0].Source.Line,
            Types = parts.Types,
            Number = parts.Number,
            Text = parts.Text,
            Allowed = parts.Allowed.Count == 0 ? null : [.. parts.Allowed],
            HasValueRules = parts.Number is not null || parts.Text is not null || parts.Allowed.Count > 0,
        };
        var isWhole = parts.IsWhole;
        if (parts.Items.Count > 0)
        {
            var (items, areWhole) = NodeOf(parts.Items);
            node.Items = items;
            isWhole &= areWhole;
        }

        if (parts.HasObject)
        {
            List<PropertyPlan> properties = [];
            foreach (var (name, conjuncts) in parts.Properties)
            {
                SchemaNode? child = null;
                if (!parts.Allows(name))
                {
                    child = new SchemaNode { File = node.File, Pointer = node.Pointer, Line = node.Line, Types = JsonTypes.None };
                }
                else if (conjuncts.Count > 0)
                {
                    (child, var childIsWhole) = NodeOf(conjuncts);
                    isWhole &= childIsWhole;
                }

                properties.Add(new PropertyPlan(name, System.Text.Encoding.UTF8.GetBytes(name), child, parts.Required.Contains(name)));
            }

            node.Object = new ObjectPlan([.. properties], !parts.IsClosed);
        }

        return (node, isWhole);
    }
}
