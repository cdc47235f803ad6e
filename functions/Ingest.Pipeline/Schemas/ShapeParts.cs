namespace Ingest.Pipeline.Schemas;

/// <summary>What several rules say about one value, as far as a node can say it.</summary>
internal sealed class ShapeParts
{
    private readonly List<HashSet<string>> closures = [];

    public JsonTypes Types { get; private set; } = JsonTypes.Any;

    public NumberRules? Number { get; private set; }

    public TextRules? Text { get; private set; }

    public List<AllowedValues> Allowed { get; } = [];

    /// <summary>By name, in the order of the schemas: what applies to each property; nothing where it is only required.</summary>
    public OrderedDictionary<string, List<Rule>> Properties { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    public bool HasObject { get; private set; }

    public List<Rule> Items { get; } = [];

    /// <summary>Whether nothing was left out.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Whether properties without a name are refused.</summary>
    public bool IsClosed => closures.Count > 0;

    public bool Allows(string property) => closures.TrueForAll(names => names.Contains(property));

    public void Add(Rule rule)
    {
        Types &= rule.Types;
        Allowed.AddRange(rule.Allowed ?? []);
        if (rule.Number is { } number)
        {
            var sum = new NumberRules();
            sum.Add(Number ?? number);
            if (Number is not null)
            {
                sum.Add(number);
            }

            Number = sum;
        }

        if (rule.Text is { } text)
        {
            var sum = new TextRules();
            IsWhole &= sum.TryAdd(Text ?? text) && (Text is null || sum.TryAdd(text));
            Text = sum;
        }

        if (rule.Object is { } plan)
        {
            Add(plan);
        }

        if (rule.Array is { } array)
        {
            IsWhole &= array.IsOnlyItems;
            if (array is { Prefix: [], Items: { } items })
            {
                Items.Add(items);
            }
        }

        if (rule.InPlace is { } inPlace)
        {
            inPlace.All.ForEach(other => Add(other.Rule));
            IsWhole &= inPlace.IsConjunction && inPlace.UnevaluatedItems is null or { IsOpen: true };
            AddUnevaluated(rule, inPlace.UnevaluatedProperties);
        }
    }

    private void Add(ObjectRules plan)
    {
        HasObject = true;
        IsWhole &= plan.IsOnlyProperties || plan is { Additional: { IsOpen: true }, IsSimple: true, DependentSchemas: [], DependentRequired: [], MinProperties: 0 };
        foreach (var property in plan.Properties)
        {
            // Named by dependencies alone it needs no place of its own.
            if (property.Rule is null && !property.IsRequired)
            {
                continue;
            }

            if (!Properties.TryGetValue(property.Text, out var rules))
            {
                Properties.Add(property.Text, rules = []);
            }

            if (property.Rule is not null && !rules.Contains(property.Rule))
            {
                rules.Add(property.Rule);
            }

            if (property.IsRequired)
            {
                Required.Add(property.Text);
            }
        }

        if (plan.RefusesAdditional)
        {
            closures.Add([.. plan.Properties.Where(p => p.Rule is not null).Select(p => p.Text)]);
        }
    }

    /// <summary><c>unevaluatedProperties: false</c> closes an object as additionalProperties does, over everything that is combined with it.</summary>
    private void AddUnevaluated(Rule rule, Rule? unevaluated)
    {
        if (unevaluated is null or { IsOpen: true })
        {
            return;
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        if (unevaluated.Types == JsonTypes.None && TryName(rule, names))
        {
            HasObject = true;
            closures.Add(names);
        }
        else
        {
            IsWhole = false;
        }
    }

    /// <summary>The properties that a rule evaluates; false where that depends on the record.</summary>
    private static bool TryName(Rule rule, HashSet<string> names)
    {
        if (rule.Object is { } plan)
        {
            if (plan.Patterns.Length > 0 || plan.DependentSchemas.Length > 0 || plan.Additional is { IsOpen: false, Types: not JsonTypes.None } or { IsOpen: true })
            {
                return false;
            }

            names.UnionWith(plan.Properties.Where(p => p.Rule is not null).Select(p => p.Text));
        }

        return rule.InPlace is not { } inPlace || (inPlace.IsConjunction && inPlace.All.TrueForAll(
            other => other.Rule.InPlace?.UnevaluatedProperties is null or { Types: JsonTypes.None } && TryName(other.Rule, names)));
    }
}
