using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>How rules that apply to the same value lead to each other.</summary>
internal sealed class RuleGraph(ICollection<ConfigurationError> errors)
{
    private readonly HashSet<Rule> finished = [];

    /// <summary>
    /// Whether some schema applies itself to the value that it is applied to, which would never end; the first such schema is reported.
    /// </summary>
    public bool HasCycle(IEnumerable<Rule> rules)
    {
        foreach (var rule in rules)
        {
            if (!finished.Contains(rule) && HasCycleFrom(rule))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets every rule that means an alias mean what the alias refers to.</summary>
    public static void RemoveAliases(IEnumerable<Rule> rules)
    {
        foreach (var rule in rules)
        {
            rule.InPlace?.Replace(Follow);
            if (rule.Array is { } array)
            {
                array.Prefix = [.. array.Prefix.Select(Follow)];
                array.Items = array.Items is null ? null : Follow(array.Items);
                array.Contains = array.Contains is null ? null : Follow(array.Contains);
            }

            if (rule.Object is not { } properties)
            {
                continue;
            }

            properties.Additional = properties.Additional is null ? null : Follow(properties.Additional);
            properties.Names = properties.Names is null ? null : Follow(properties.Names);
            properties.DependentSchemas = [.. properties.DependentSchemas.Select(d => d with { Rule = Follow(d.Rule) })];
            foreach (var pattern in properties.Patterns)
            {
                pattern.Rule = Follow(pattern.Rule);
            }

            foreach (var property in properties.Properties)
            {
                property.Rule = property.Rule is null ? null : Follow(property.Rule);
                property.Also = [.. property.Also.Select(Follow)];
            }
        }
    }

    public static Rule Follow(Rule rule)
    {
        while (rule.IsAlias)
        {
            rule = rule.InPlace!.All[0].Rule;
        }

        return rule;
    }

    private bool HasCycleFrom(Rule start)
    {
        // Its own stack, because chains of references may be long.
        var path = new Stack<(Rule Rule, IEnumerator<Rule> Next)>();
        var onPath = new HashSet<Rule>();
        Enter(start);
        while (path.TryPeek(out var top))
        {
            if (!top.Next.MoveNext())
            {
                path.Pop();
                onPath.Remove(top.Rule);
                finished.Add(top.Rule);
            }
            else if (onPath.Contains(top.Next.Current))
            {
                var at = top.Next.Current;
                errors.Add(new ConfigurationError(
                    at.Resource.Source.File, at.Source.Line, at.Source.Pointer,
                    "The schema applies itself to the same value again, over references that go into no property or element: that never ends."));
                return true;
            }
            else if (!finished.Contains(top.Next.Current))
            {
                Enter(top.Next.Current);
            }
        }

        return false;

        void Enter(Rule rule)
        {
            onPath.Add(rule);
            var next = (rule.InPlace?.Targets ?? []).Concat(rule.Object?.DependentSchemas.Select(d => d.Rule) ?? []);
            path.Push((rule, next.GetEnumerator()));
        }
    }
}
