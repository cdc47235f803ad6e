using System.Text;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>Turns the values of a schema file into nodes, and reports every keyword that it cannot honour.</summary>
internal sealed class SchemaParser(string file, ICollection<ConfigurationError> errors)
{
    private static readonly string[] Annotations =
        ["$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

    private static readonly string[] Assertions =
    [
        "type", "properties", "required", "additionalProperties", "enum", "const", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "minLength", "maxLength", "pattern", "format", "items",
    ];

    private static readonly Dictionary<string, TextFormat> Formats = new(StringComparer.Ordinal)
    {
        ["date-time"] = TextFormat.DateTime,
        ["date"] = TextFormat.Date,
        ["uuid"] = TextFormat.Uuid,
    };

    public SchemaNode Parse(SchemaValue schema)
    {
        var node = new SchemaNode { Pointer = schema.Pointer, Line = schema.Line };
        switch (schema.Kind)
        {
            case JsonTypes.Boolean:
                node.Types = schema.Text == "true" ? JsonTypes.Any : JsonTypes.None;
                return node;
            case JsonTypes.Object:
                ParseKeywords(schema, node);
                return node;
            default:
                Report(schema, "A schema is an object, true or false.");
                return node;
        }
    }

    private void ParseKeywords(SchemaValue schema, SchemaNode node)
    {
        SchemaMember? properties = null, required = null, additional = null;
        foreach (var member in schema.Members)
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "type":
                    node.Types &= ParseTypes(value);
                    break;
                case "properties":
                    properties = member;
                    break;
                case "required":
                    required = member;
                    break;
                case "additionalProperties":
                    additional = member;
                    break;
                case "items":
                    node.Items = Parse(value);
                    break;
                case "enum" when value.Kind == JsonTypes.Array && value.Items.Count > 0:
                    Allow(node, value.Items);
                    break;
                case "enum":
                    Report(value, "enum is an array of at least one value.");
                    break;
                case "const":
                    Allow(node, [value]);
                    break;
                case "minimum" or "exclusiveMinimum" when IsNumber(value, member.Name):
                    (node.Number ??= new NumberRules()).AddMinimum(Encoding.ASCII.GetBytes(value.Text), member.Name == "exclusiveMinimum");
                    break;
                case "maximum" or "exclusiveMaximum" when IsNumber(value, member.Name):
                    (node.Number ??= new NumberRules()).AddMaximum(Encoding.ASCII.GetBytes(value.Text), member.Name == "exclusiveMaximum");
                    break;
                case "minLength" when TryLength(value, "minLength", out var length):
                    (node.Text ??= new TextRules()).MinLength = length;
                    break;
                case "maxLength" when TryLength(value, "maxLength", out var length):
                    (node.Text ??= new TextRules()).MaxLength = length;
                    break;
                case "pattern":
                    ParsePattern(value, node);
                    break;
                case "format":
                    ParseFormat(value, node);
                    break;
                case "minimum" or "exclusiveMinimum" or "maximum" or "exclusiveMaximum" or "minLength" or "maxLength":
                    break;
                case var name when !Annotations.Contains(name, StringComparer.Ordinal):
                    errors.Add(new ConfigurationError(
                        file, member.Line, member.Pointer, $"The keyword \"{name}\" is not supported.{Spelling.Suggest(name, [.. Assertions, .. Annotations])}"));
                    break;
            }
        }

        ParseObject(node, properties, required, additional);
        node.HasValueRules = node.Number is not null || node.Text is not null || node.Allowed is not null;
    }

    private JsonTypes ParseTypes(SchemaValue value)
    {
        if (value.Kind == JsonTypes.String)
        {
            return OneType(value);
        }

        if (value.Kind != JsonTypes.Array || value.Items.Count == 0)
        {
            Report(value, "type is the name of a type or an array of such names.");
            return JsonTypes.Any;
        }

        var types = JsonTypes.None;
        foreach (var item in value.Items)
        {
            if (item.Kind != JsonTypes.String)
            {
                Report(item, "type is the name of a type or an array of such names.");
                types = JsonTypes.Any;
            }
            else
            {
                types |= OneType(item);
            }
        }

        if (value.Items.Select(i => i.Text).Distinct(StringComparer.Ordinal).Count() < value.Items.Count)
        {
            Report(value, "type names a type twice.");
        }

        return types;
    }

    private JsonTypes OneType(SchemaValue value)
    {
        if (JsonTypeNames.ByName.TryGetValue(value.Text, out var type))
        {
            return type;
        }

        Report(value, $"There is no type \"{value.Text}\".{Spelling.Suggest(value.Text, JsonTypeNames.ByName.Keys)}");
        return JsonTypes.Any;
    }

    private void ParseObject(SchemaNode node, SchemaMember? properties, SchemaMember? required, SchemaMember? additional)
    {
        if (properties is null && required is null && additional is null)
        {
            return;
        }

        List<(string Name, SchemaNode? Node)> declared = [];
        if (properties is { Value.Kind: not JsonTypes.Object })
        {
            Report(properties.Value, "properties is an object of schemas.");
        }
        else if (properties is not null)
        {
            declared.AddRange(properties.Value.Members.Select(m => (m.Name, (SchemaNode?)Parse(m.Value))));
        }

        var allowsAdditional = additional is null or { Value: { Kind: JsonTypes.Boolean, Text: "true" } };
        if (additional is { Value.Kind: not JsonTypes.Boolean })
        {
            Report(additional.Value, "additionalProperties is true or false; a schema is not supported here.");
            allowsAdditional = true;
        }

        HashSet<string> requiredNames = new(StringComparer.Ordinal);
        if (required is { Value.Kind: not JsonTypes.Array } || required?.Value.Items.Exists(i => i.Kind != JsonTypes.String) == true)
        {
            Report(required.Value, "required is an array of property names.");
        }
        else if (required is not null)
        {
            foreach (var item in required.Value.Items)
            {
                if (!requiredNames.Add(item.Text))
                {
                    Report(item, $"required names \"{item.Text}\" twice.");
                }
                else if (!declared.Exists(p => p.Name == item.Text))
                {
                    if (!allowsAdditional)
                    {
                        Report(item, $"required names \"{item.Text}\", which additionalProperties refuses.{Spelling.Suggest(item.Text, declared.Select(p => p.Name))}");
                    }

                    declared.Add((item.Text, null));
                }
            }
        }

        node.Object = new ObjectPlan(
            [.. declared.Select(p => new PropertyPlan(p.Name, Encoding.UTF8.GetBytes(p.Name), p.Node, requiredNames.Contains(p.Name)))], allowsAdditional);
    }

    private static void Allow(SchemaNode node, IReadOnlyList<SchemaValue> values)
    {
        var allowed = new AllowedValues(values);
        node.Allowed = [.. node.Allowed ?? [], allowed];
        node.Types &= allowed.Types;
    }

    private void ParsePattern(SchemaValue value, SchemaNode node)
    {
        if (value.Kind != JsonTypes.String)
        {
            Report(value, "pattern is a string.");
        }
        else if (EcmaPattern.TryCompile(value.Text, out var pattern, out var problem))
        {
            node.Text ??= new TextRules();
            (node.Text.Pattern, node.Text.PatternText) = (pattern, value.Text);
        }
        else
        {
            Report(value, $"The pattern cannot be used: {problem}");
        }
    }

    private void ParseFormat(SchemaValue value, SchemaNode node)
    {
        if (value.Kind == JsonTypes.String && Formats.TryGetValue(value.Text, out var format))
        {
            (node.Text ??= new TextRules()).Format = format;
        }
        else
        {
            Report(
                value,
                value.Kind == JsonTypes.String
                    ? $"The format \"{value.Text}\" is not supported; supported are {string.Join(", ", Formats.Keys)}.{Spelling.Suggest(value.Text, Formats.Keys)}"
                    : "format is a string.");
        }
    }

    private bool IsNumber(SchemaValue value, string keyword)
    {
        if ((value.Kind & JsonTypes.Number) != 0)
        {
            return true;
        }

        Report(value, $"{keyword} is a number.");
        return false;
    }

    private bool TryLength(SchemaValue value, string keyword, out int length)
    {
        length = 0;
        if (value.Kind == JsonTypes.Integer && JsonNumber.TryScale(Encoding.ASCII.GetBytes(value.Text), 0, out var number) == NumberScale.Exact
            && number is >= 0 and <= int.MaxValue)
        {
            length = (int)number;
            return true;
        }

        Report(value, $"{keyword} is a whole number from 0 on.");
        return false;
    }

    private void Report(SchemaValue at, string message) => errors.Add(new ConfigurationError(file, at.Line, at.Pointer, message));
}
