using System.Text;
using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Schemas;

/// <content>The keywords for arrays and objects.</content>
internal sealed partial class RuleCompiler
{
    private void AddArrayRule(Rule rule, SchemaMember member, DynamicScope scope)
    {
        var rules = rule.Array ??= new ArrayRules();
        switch (member.Name)
        {
            case "prefixItems":
                rules.Prefix = List(rule, member, scope);
                break;
            case "items" when member.Value.Kind == JsonTypes.Array:
                Report(rule, member.Value, "items is one schema for all elements; schemas by position are prefixItems in JSON Schema 2020-12.");
                break;
            case "items":
                rules.Items = Compile(member.Value, scope);
                break;
            case "contains":
                rules.Contains = Compile(member.Value, scope);
                break;
            case "uniqueItems":
                rules.IsUnique = member.Value.Kind == JsonTypes.Boolean
                    ? member.Value.Text == "true"
                    : Refuse(rule, member.Value, "uniqueItems is true or false.");
                break;
            case var name when TryCount(rule, member, out var count):
                switch (name)
                {
                    case "minItems":
                        rules.MinItems = count;
                        break;
                    case "maxItems":
                        rules.MaxItems = count;
                        break;
                    case "minContains":
                        rules.MinContains = count;
                        break;
                    default:
                        rules.MaxContains = count;
                        break;
                }

                break;
        }
    }

    private void AddObjectRule(Rule rule, SchemaMember member, DynamicScope scope, ObjectParts parts)
    {
        switch (member.Name)
        {
            case "properties" when IsObject(rule, member):
                member.Value.Members.ForEach(property => parts.Property(property.Name).Rule = Compile(property.Value, scope));
                break;
            case "patternProperties" when IsObject(rule, member):
                member.Value.Members.ForEach(property => AddPattern(rule, property, scope, parts));
                break;
            case "additionalProperties":
                parts.Rules.Additional = Compile(member.Value, scope);
                break;
            case "propertyNames":
                parts.Rules.Names = Compile(member.Value, scope);
                break;
            case "required":
                parts.Required.AddRange(Names(rule, member.Value, "required"));
                CheckRequired(rule, member.Value);
                break;
            case "minProperties" when TryCount(rule, member, out var count):
                parts.Rules.MinProperties = count;
                break;
            case "maxProperties" when TryCount(rule, member, out var count):
                parts.Rules.MaxProperties = count;
                break;
            case "dependentRequired" or "dependentSchemas" or "dependencies" when IsObject(rule, member):
                member.Value.Members.ForEach(dependency => AddDependency(rule, member.Name, dependency, scope, parts));
                break;
        }
    }

    private void AddPattern(Rule rule, SchemaMember property, DynamicScope scope, ObjectParts parts)
    {
        if (EcmaPattern.TryCompile(property.Name, out var pattern, out var problem))
        {
            parts.Patterns.Add(new PatternRule(property.Name, pattern) { Rule = Compile(property.Value, scope) });
        }
        else
        {
            Report(rule, property, $"The pattern cannot be used: {problem}");
        }
    }

    private void AddDependency(Rule rule, string keyword, SchemaMember dependency, DynamicScope scope, ObjectParts parts)
    {
        if (keyword == "dependentRequired" || (keyword == "dependencies" && dependency.Value.Kind == JsonTypes.Array))
        {
            parts.DependentRequired.Add((dependency.Name, Names(rule, dependency.Value, keyword)));
            return;
        }

        parts.DependentSchemas.Add((dependency.Name, JsonPointer.Append(keyword, dependency.Name), Compile(dependency.Value, scope)));
    }

    private List<string> Names(Rule rule, SchemaValue value, string keyword)
    {
        if (value.Kind != JsonTypes.Array || value.Items.Exists(i => i.Kind != JsonTypes.String))
        {
            Report(rule, value, $"{keyword} is an array of property names.");
            return [];
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var item in value.Items.Where(item => !names.Add(item.Text)))
        {
            Report(rule, item, $"{keyword} names \"{item.Text}\" twice.");
        }

        return [.. names];
    }

    /// <summary>What can never be fulfilled is nearly always misspelt.</summary>
    private void CheckRequired(Rule rule, SchemaValue required)
    {
        if (!options.RefuseUnknown || rule.Source.Find("additionalProperties") is not { Kind: JsonTypes.Boolean, Text: "false" }
            || rule.Source.Find("patternProperties") is not null)
        {
            return;
        }

        var declared = rule.Source.Find("properties")?.Members.Select(m => m.Name).ToList() ?? [];
        foreach (var item in required.Items.Where(i => i.Kind == JsonTypes.String && !declared.Contains(i.Text)))
        {
            Report(rule, item, $"required names \"{item.Text}\", which additionalProperties refuses.{Spelling.Suggest(item.Text, declared)}");
        }
    }

    private bool TryCount(Rule rule, SchemaMember member, out long count)
    {
        count = 0;
        if (member.Value.Kind == JsonTypes.Integer && member.Value.Text[0] != '-')
        {
            count = JsonNumber.TryScale(Encoding.ASCII.GetBytes(member.Value.Text), 0, out var whole) == NumberScale.Exact ? whole : long.MaxValue;
            return true;
        }

        // -0 is a count as well.
        return (member.Value.Kind == JsonTypes.Integer && new DecimalText(Encoding.ASCII.GetBytes(member.Value.Text)).IsZero)
            || Refuse(rule, member.Value, $"{member.Name} is a whole number from 0 on.");
    }

    /// <summary>The object keywords of one schema, until all were seen.</summary>
    private sealed class ObjectParts
    {
        private readonly List<PropertyRule> properties = [];
        private readonly Dictionary<string, int> indices = new(StringComparer.Ordinal);

        public ObjectRules Rules { get; } = new();

        public List<PatternRule> Patterns { get; } = [];

        public List<string> Required { get; } = [];

        public List<(string Name, List<string> Needed)> DependentRequired { get; } = [];

        public List<(string Name, string Keyword, Rule Rule)> DependentSchemas { get; } = [];

        public PropertyRule Property(string name) => properties[IndexOf(name)];

        /// <param name="undecided">Told of a pattern and the name of a property for which matching takes too long.</param>
        public ObjectRules ToRules(Action<string, string> undecided)
        {
            // After the declared ones, whose order is that of the columns.
            Required.ForEach(name => Property(name).IsRequired = true);
            Rules.Patterns = [.. Patterns];
            Rules.DependentRequired = [.. DependentRequired.Select(d => (IndexOf(d.Name), d.Needed.Select(IndexOf).ToArray()))];
            Rules.DependentSchemas = [.. DependentSchemas.Select(d => (IndexOf(d.Name), d.Keyword, d.Rule))];
            foreach (var property in properties)
            {
                property.Also = [.. Patterns.Where(p => Matches(p, property, undecided)).Select(p => p.Rule)];
            }

            Rules.Name([.. properties]);
            return Rules;
        }

        private static bool Matches(PatternRule pattern, PropertyRule property, Action<string, string> undecided)
        {
            try
            {
                return TextRules.IsMatch(pattern.Pattern, property.Name);
            }
            catch (RegexMatchTimeoutException)
            {
                undecided(pattern.Source, property.Text);
                return false;
            }
        }

        private int IndexOf(string name)
        {
            if (!indices.TryGetValue(name, out var index))
            {
                indices[name] = index = properties.Count;
                properties.Add(new PropertyRule(name, Encoding.UTF8.GetBytes(name)));
            }

            return index;
        }
    }
}
