namespace Ingest.Pipeline.Schemas;

/// <content>References, and the keywords that combine schemas.</content>
internal sealed partial class RuleCompiler
{
    private void AddReference(Rule rule, SchemaMember member, DynamicScope scope)
    {
        if (member.Value.Kind != JsonTypes.String)
        {
            Report(rule, member.Value, $"{member.Name} is a URI reference.");
            return;
        }

        if (registry.Resolve(member.Value, rule.Resource, out var isDynamicAnchor) is not { } target)
        {
            return;
        }

        // Only a reference to a dynamic anchor looks further out; every other one is a plain reference.
        if (member.Name == "$dynamicRef" && isDynamicAnchor)
        {
            var anchor = SchemaUri.Resolve(rule.Resource.Uri, member.Value.Text).Fragment;
            target = scope.Find(anchor) is { } outermost ? registry.Locate(outermost) : target;
        }

        (rule.InPlace ??= new InPlaceRules()).All.Add((member.Name, Compile(target, scope)));
    }

    private void AddInPlace(Rule rule, SchemaMember member, DynamicScope scope)
    {
        var rules = rule.InPlace ??= new InPlaceRules();
        switch (member.Name)
        {
            case "allOf":
                rules.All.AddRange(List(rule, member, scope).Select((r, i) => ($"allOf/{i}", r)));
                break;
            case "anyOf":
                rules.AnyOf = List(rule, member, scope);
                break;
            case "oneOf":
                rules.OneOf = List(rule, member, scope);
                break;
            case "not":
                rules.Not = Compile(member.Value, scope);
                break;
            case "if":
                rules.If = Compile(member.Value, scope);
                break;
            case "then":
                rules.Then = Compile(member.Value, scope);
                break;
            case "else":
                rules.Else = Compile(member.Value, scope);
                break;
            case "unevaluatedProperties":
                rules.UnevaluatedProperties = Compile(member.Value, scope);
                break;
            default:
                rules.UnevaluatedItems = Compile(member.Value, scope);
                break;
        }
    }
}
