using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <content>The keywords that look at a value by itself.</content>
internal sealed partial class RuleCompiler
{
    private void AddValueRule(Rule rule, SchemaMember member)
    {
        var value = member.Value;
        switch (member.Name)
        {
            case "type":
                rule.Types &= ParseTypes(rule, value);
                break;
            case "enum" when value.Kind == JsonTypes.Array && (value.Items.Count > 0 || !options.RefuseUnknown):
                Allow(rule, value.Items);
                break;
            case "enum":
                Report(rule, value, "enum is an array of at least one value.");
                break;
            case "const":
                Allow(rule, [value]);
                break;
            case "minimum" or "exclusiveMinimum" when IsNumber(rule, member):
                (rule.Number ??= new NumberRules()).AddMinimum(Ascii(value), member.Name == "exclusiveMinimum");
                break;
            case "maximum" or "exclusiveMaximum" when IsNumber(rule, member):
                (rule.Number ??= new NumberRules()).AddMaximum(Ascii(value), member.Name == "exclusiveMaximum");
                break;
            case "multipleOf" when IsNumber(rule, member):
                if (new DecimalText(Ascii(value)) is { IsZero: false, IsNegative: false })
                {
                    (rule.Number ??= new NumberRules()).AddDivisor(Ascii(value));
                }
                else
                {
                    Report(rule, value, "multipleOf is a number above 0.");
                }

                break;
            case "minLength" when TryCount(rule, member, out var count):
                (rule.Text ??= new TextRules()).MinLength = (int)Math.Min(count, int.MaxValue);
                break;
            case "maxLength" when TryCount(rule, member, out var count):
                (rule.Text ??= new TextRules()).MaxLength = (int)Math.Min(count, int.MaxValue);
                break;
            case "pattern":
                ParsePattern(rule, value);
                break;
            case "format":
                ParseFormat(rule, value);
                break;
        }
    }

    private static byte[] Ascii(SchemaValue value) => Encoding.ASCII.GetBytes(value.Text);

    private static void Allow(Rule rule, IReadOnlyList<SchemaValue> values)
    {
        var allowed = new AllowedValues(values);
        rule.Allowed = [.. rule.Allowed ?? [], allowed];
        rule.Types &= allowed.Types;
    }

    private JsonTypes ParseTypes(Rule rule, SchemaValue value)
    {
        if (value.Kind == JsonTypes.String)
        {
            return OneType(rule, value);
        }

        if (value.Kind != JsonTypes.Array || value.Items.Count == 0 || value.Items.Exists(i => i.Kind != JsonTypes.String))
        {
            Report(rule, value, "type is the name of a type or an array of such names.");
            return JsonTypes.Any;
        }

        if (value.Items.Select(i => i.Text).Distinct(StringComparer.Ordinal).Count() < value.Items.Count)
        {
            Report(rule, value, "type names a type twice.");
        }

        return value.Items.Aggregate(JsonTypes.None, (types, item) => types | OneType(rule, item));
    }

    private JsonTypes OneType(Rule rule, SchemaValue value)
    {
        if (JsonTypeNames.ByName.TryGetValue(value.Text, out var type))
        {
            return type;
        }

        Report(rule, value, $"There is no type \"{value.Text}\".{Spelling.Suggest(value.Text, JsonTypeNames.ByName.Keys)}");
        return JsonTypes.Any;
    }

    private void ParsePattern(Rule rule, SchemaValue value)
    {
        if (value.Kind != JsonTypes.String)
        {
            Report(rule, value, "pattern is a string.");
        }
        else if (EcmaPattern.TryCompile(value.Text, out var pattern, out var problem))
        {
            rule.Text ??= new TextRules();
            (rule.Text.Pattern, rule.Text.PatternText) = (pattern, value.Text);
        }
        else
        {
            Report(rule, value, $"The pattern cannot be used: {problem}");
        }
    }

    private void ParseFormat(Rule rule, SchemaValue value)
    {
        var asserts = options.AssertFormats || (rule.Resource.Vocabularies & SchemaVocabularies.FormatAssertion) != 0;
        if (value.Kind != JsonTypes.String)
        {
            Report(rule, value, "format is a string.");
        }
        else if (TextFormats.ByName.TryGetValue(value.Text, out var format))
        {
            if (asserts)
            {
                (rule.Text ??= new TextRules()).Format = format;
            }
        }
        else if (options.RefuseUnknown)
        {
            Report(rule, value, $"The format \"{value.Text}\" is not one of {string.Join(", ", TextFormats.ByName.Keys)}.{Spelling.Suggest(value.Text, TextFormats.ByName.Keys)}");
        }
    }

    private bool IsNumber(Rule rule, SchemaMember member) =>
        (member.Value.Kind & JsonTypes.Number) != 0 || Refuse(rule, member.Value, $"{member.Name} is a number.");
}
