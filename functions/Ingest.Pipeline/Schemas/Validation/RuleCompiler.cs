using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>Turns the values of schema files into rules, and reports every keyword that it cannot honour.</summary>
internal sealed partial class RuleCompiler
{
    // Far beyond any schema that is meant well: dynamic references can multiply a schema.
    private const int MostRules = 200_000;

    private readonly SchemaRegistry registry;
    private readonly SchemaOptions options;
    private readonly ICollection<ConfigurationError> errors;
    private readonly Dictionary<(SchemaValue, DynamicScope), Rule> rules = new(KeyComparer.Instance);
    private readonly Queue<(Rule Rule, DynamicScope Scope)> open = new();
    private readonly HashSet<(int, string, string)> reported = [];
    private int guesses;

    private RuleCompiler(SchemaRegistry registry, SchemaOptions options, ICollection<ConfigurationError> errors) =>
        (this.registry, this.options, this.errors) = (registry, options, errors);

    /// <summary>Returns null where there were errors; all of them are added.</summary>
    public static RuleSet? Compile(SchemaSource source, SchemaOptions options, ICollection<ConfigurationError> errors)
    {
        var before = errors.Count;
        var registry = new SchemaRegistry(options.Resolver, errors);
        if (registry.Load(source) is not { } root)
        {
            return null;
        }

        var set = new RuleCompiler(registry, options, errors).Compile(root);
        return errors.Count == before ? set : null;
    }

    private RuleSet? Compile(LocatedSchema located)
    {
        var root = Compile(located, new DynamicScope());

        // A queue instead of recursion: schemas that refer to each other would otherwise nest without bound.
        while (open.TryDequeue(out var next))
        {
            if (rules.Count > MostRules)
            {
                Report(next.Rule, next.Rule.Source, "The schema is too large: its dynamic references multiply it.");
                return null;
            }

            CompileKeywords(next.Rule, next.Scope);
        }

        if (new RuleGraph(errors).HasCycle(rules.Values))
        {
            return null;
        }

        RuleGraph.RemoveAliases(rules.Values);
        return new RuleSet(RuleGraph.Follow(root), guesses, registry.Sources);
    }

    private Rule Compile(SchemaValue schema, DynamicScope scope) => Compile(registry.Locate(schema), scope);

    private Rule Compile(LocatedSchema located, DynamicScope scope)
    {
        scope = scope.Enter(located.Resource);
        if (rules.TryGetValue((located.Value, scope), out var rule))
        {
            return rule;
        }

        rule = new Rule(located.Value, located.Resource);
        rules.Add((located.Value, scope), rule);
        switch (located.Value.Kind)
        {
            case JsonTypes.Boolean:
                rule.Types = located.Value.Text == "true" ? JsonTypes.Any : JsonTypes.None;
                break;
            case JsonTypes.Object:
                open.Enqueue((rule, scope));
                break;
            default:
                Report(rule, located.Value, "A schema is an object, true or false.");
                break;
        }

        return rule;
    }

    private void CompileKeywords(Rule rule, DynamicScope scope)
    {
        ObjectParts? parts = null;
        foreach (var member in rule.Source.Members)
        {
            if (!SchemaKeywords.IsIn(member.Name, rule.Resource.Vocabularies))
            {
                if (options.RefuseUnknown && !SchemaKeywords.IsKnown(member.Name))
                {
                    Report(rule, member, $"The keyword \"{member.Name}\" is not known to JSON Schema 2020-12.{Spelling.Suggest(member.Name, SchemaKeywords.Names)}");
                }

                continue;
            }

            switch (member.Name)
            {
                case "$ref" or "$dynamicRef":
                    AddReference(rule, member, scope);
                    break;
                case "allOf" or "anyOf" or "oneOf" or "not" or "if" or "then" or "else" or "unevaluatedProperties" or "unevaluatedItems":
                    AddInPlace(rule, member, scope);
                    break;
                case "prefixItems" or "items" or "contains" or "minContains" or "maxContains" or "minItems" or "maxItems" or "uniqueItems":
                    AddArrayRule(rule, member, scope);
                    break;
                case "properties" or "patternProperties" or "additionalProperties" or "propertyNames" or "required" or "minProperties"
                    or "maxProperties" or "dependentRequired" or "dependentSchemas" or "dependencies":
                    AddObjectRule(rule, member, scope, parts ??= new ObjectParts());
                    break;
                case "$defs" or "definitions" or "contentSchema" when options.RefuseUnknown:
                    CompileUnused(rule, member, scope);
                    break;
                default:
                    AddValueRule(rule, member);
                    break;
            }
        }

        if (parts is not null)
        {
            rule.Object = parts.ToRules((pattern, property) => Report(
                rule, rule.Source.Find("patternProperties")!,
                $"{TextRules.DescribeTimeout(pattern)} Whether it names the property \"{property}\" must be known; write it without what makes it try so much."));
            rule.Object.Slot = guesses;
            guesses += rule.Object.Properties.Length + 1;
        }

        if (rule.InPlace is { If: null })
        {
            (rule.InPlace.Then, rule.InPlace.Else) = (null, null);
        }

        if (rule.InPlace is { } inPlace && !inPlace.Targets.Any() && inPlace.UnevaluatedItems is null && inPlace.UnevaluatedProperties is null)
        {
            rule.InPlace = null;
        }
    }

    /// <summary>Only to find mistakes.</summary>
    private void CompileUnused(Rule rule, SchemaMember member, DynamicScope scope)
    {
        if (member.Name == "contentSchema")
        {
            Compile(member.Value, scope);
        }
        else if (IsObject(rule, member))
        {
            member.Value.Members.ForEach(part => Compile(part.Value, scope));
        }
    }

    private bool IsObject(Rule rule, SchemaMember member) =>
        member.Value.Kind == JsonTypes.Object || Refuse(rule, member.Value, $"{member.Name} is an object of schemas.");

    private Rule[] List(Rule rule, SchemaMember member, DynamicScope scope)
    {
        if (member.Value.Kind == JsonTypes.Array && member.Value.Items.Count > 0)
        {
            return [.. member.Value.Items.Select(item => Compile(item, scope))];
        }

        Report(rule, member.Value, $"{member.Name} is an array of at least one schema.");
        return [];
    }

    private bool Refuse(Rule rule, SchemaValue at, string message)
    {
        Report(rule, at, message);
        return false;
    }

    private void Report(Rule rule, SchemaMember at, string message) => Report(rule, at.Line, at.Pointer, message);

    private void Report(Rule rule, SchemaValue at, string message) => Report(rule, at.Line, at.Pointer, message);

    private void Report(Rule rule, int line, string pointer, string message)
    {
        // A schema that is compiled for several scopes has its mistakes once.
        if (reported.Add((line, rule.Resource.Source.File + pointer, message)))
        {
            errors.Add(new ConfigurationError(rule.Resource.Source.File, line, pointer, message));
        }
    }

    private sealed class KeyComparer : IEqualityComparer<(SchemaValue Schema, DynamicScope Scope)>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals((SchemaValue Schema, DynamicScope Scope) x, (SchemaValue Schema, DynamicScope Scope) y) =>
            ReferenceEquals(x.Schema, y.Schema) && ReferenceEquals(x.Scope, y.Scope);

        public int GetHashCode((SchemaValue Schema, DynamicScope Scope) key) => HashCode.Combine(
            System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Schema), System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Scope));
    }
}
