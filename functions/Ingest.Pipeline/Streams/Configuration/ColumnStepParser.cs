using System.Globalization;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>The steps that add columns without a lookup: constants, copies, thresholds, and enrichers written in C#.</summary>
internal sealed class ColumnStepParser(ColumnScope scope)
{
    private static readonly string[] Fields = ["property", "system", "contentType", "partitionKey"];

    /// <summary><c>{ "add": COLUMN, "value": … }</c>.</summary>
    public EnrichmentStep? Constant(ConfigObject entry)
    {
        var name = entry.RequiredText("add", "it names the new column");
        if (entry.Required("value", "it is what every row gets; a threshold has \"when\" and \"above\" or \"below\"") is not { } node || name is null)
        {
            return null;
        }

        object? value = node.Kind switch
        {
            ConfigKind.Text => node.Text,
            ConfigKind.Boolean => node.Text == "true",
            ConfigKind.Number when long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            ConfigKind.Number => Number(node),
            _ => null,
        };
        if (value is null && node.Kind == ConfigKind.Number)
        {
            return null;
        }

        if (value is null)
        {
            scope.Errors.Add(node, $"\"value\" must be a text, a number, true or false, not {node.Describe()}.");
            return null;
        }

        var type = value switch
        {
            string => ColumnType.String,
            bool => ColumnType.Boolean,
            long => ColumnType.Int64,
            _ => ColumnType.Double,
        };
        var column = scope.Add(name.Value, name.Node, type);
        if (value is not string text || !text.StartsWith(SettingReference.Prefix, StringComparison.Ordinal))
        {
            return column is null ? null : new ConstantEnrichment(column, value);
        }

        if (SettingReference.Parse(text) is not { } setting)
        {
            scope.Errors.Add(node, $"\"{text}\" names no app setting; write \"{SettingReference.Prefix}NAME\".");
            return null;
        }

        return column is null ? null : new ConstantEnrichment(column, setting, IsSetting: true);
    }

    /// <summary><c>{ "add": COLUMN, "when": POINTER, "above": NUMBER, "below": NUMBER }</c>.</summary>
    public EnrichmentStep? Threshold(ConfigObject entry)
    {
        var name = entry.RequiredText("add", "it names the new column");
        var when = entry.RequiredText("when", "it names the value to compare");
        var above = Bound(entry, "above");
        var below = Bound(entry, "below");
        if (entry.Node["above"] is null && entry.Node["below"] is null)
        {
            scope.Errors.Add(entry.Node, "A threshold needs \"above\", \"below\" or both.");
        }
        else if (above >= below)
        {
            scope.Errors.Add(
                entry.Node["above"]!, "No value is above the one and below the other: both together mean between. For what lies outside, add one column for each.");
        }

        var source = when is null ? null : scope.Readable(when);
        if (source is { IsList: true } or { Type: not (ColumnType.Int64 or ColumnType.Double) })
        {
            scope.Errors.Add(when!.Node, $"A threshold compares numbers; \"{when.Value}\" is {ColumnScope.Describe(source)}.");
        }

        var column = name is null ? null : scope.Add(name.Value, name.Node, ColumnType.Boolean);
        return source is null || column is null ? null : new ThresholdEnrichment(source.Name, column, above, below);
    }

    /// <summary><c>{ "copy": SOURCE, "as": COLUMN }</c>.</summary>
    public EnrichmentStep? Copy(ConfigObject entry)
    {
        var source = entry.OptionalText("copy");
        var name = entry.RequiredText("as", "it names the new column");
        var field = source is null ? null : Field(source);
        var column = name is null ? null : scope.Add(name.Value, name.Node);
        return field is not { } found || column is null ? null : new CopyEnrichment(found.Field, found.Name, column);
    }

    /// <summary><c>{ "use": NAME, "add": { COLUMN: TYPE }, "options": … }</c>.</summary>
    public EnrichmentStep? Use(ConfigObject entry)
    {
        var name = entry.OptionalText("use");
        var add = entry.Required("add", "it maps each column that the enricher fills to its type");
        var options = ConfigJson.Of(entry.Optional("options"));
        var columns = new List<ColumnDefinition>();
        if (add is null || name is null || ConfigObject.From(add, scope.Errors, "\"add\"") is null)
        {
            return null;
        }

        foreach (var (column, line, written) in add.Members)
        {
            var type = written.Kind == ConfigKind.Text ? ColumnTypeNames.Parse(written.Text) : null;
            if (type is null)
            {
                var hint = written.Kind == ConfigKind.Text ? Suggestion.Nearest(written.Text, ColumnTypeNames.All) : "";
                scope.Errors.Add(
                    written, $"The type of the column \"{column}\" is {string.Join(", ", ColumnTypeNames.All)}, not {written.Describe()}.{hint}");
            }

            if (scope.Add(column, written with { Line = line }, type ?? ColumnType.String) is { } added)
            {
                columns.Add(added);
            }
        }

        return new CustomEnrichment(name.Value, columns, options);
    }

    private (EventField Field, string Name)? Field(ConfigText source)
    {
        var colon = source.Value.IndexOf(':', StringComparison.Ordinal);
        var (kind, name) = colon < 0 ? (source.Value, "") : (source.Value[..colon], source.Value[(colon + 1)..]);
        switch (kind, name.Length > 0)
        {
            case ("property", true):
                return (EventField.Property, name);
            case ("system", true):
                return (EventField.System, name);
            case ("contentType", false):
                return (EventField.ContentType, "");
            case ("partitionKey", false):
                return (EventField.PartitionKey, "");
        }

        var hint = kind.StartsWith('/') ? " A value of the record has its column already." : Suggestion.Nearest(kind, Fields);
        scope.Errors.Add(source.Node, $"\"{source.Value}\" cannot be copied: it is none of property:NAME, system:NAME, contentType, partitionKey.{hint}");
        return null;
    }

    private double? Bound(ConfigObject entry, string key)
    {
        var node = entry.Optional(key);
        if (node is null or { Kind: ConfigKind.Number })
        {
            return node is null ? null : Number(node);
        }

        scope.Errors.Add(node, $"\"{key}\" must be a number, not {node.Describe()}.");
        return null;
    }

    private double? Number(ConfigNode node)
    {
        if (double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
        {
            return value;
        }

        scope.Errors.Add(node, $"{node.Text} is beyond what a number can hold.");
        return null;
    }
}
