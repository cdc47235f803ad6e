using System.Globalization;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>
/// Key templates: <c>{column}</c>, <c>{id}</c>, <c>{key}</c>, <c>{time:desc}</c>, <c>{time:FORMAT}</c>, <c>{hash:column:NN}</c>.
/// <c>{key}</c> becomes the column that the stream's <c>key</c> names; <c>{id}</c> stays, because a record without one has its origin.
/// </summary>
internal sealed class KeyTemplateParser
{
    private const int MaxBuckets = 1000;

    private readonly ConfigText text;
    private readonly ColumnScope scope;
    private readonly RecordBinding binding;

    private KeyTemplateParser(ConfigText text, ColumnScope scope, RecordBinding binding)
    {
        this.text = text;
        this.scope = scope;
        this.binding = binding;
    }

    /// <summary>Null where there are mistakes, all of which are reported, or where the schema is unknown.</summary>
    public static KeyTemplate? Parse(ConfigText text, ColumnScope scope, RecordBinding binding) =>
        new KeyTemplateParser(text, scope, binding).Parse();

    private KeyTemplate? Parse()
    {
        var before = scope.Errors.Count;
        var parts = new List<KeyPart>();
        var rest = text.Value.AsSpan();
        while (!rest.IsEmpty)
        {
            var brace = rest.IndexOfAny('{', '}');
            if (brace < 0)
            {
                parts.Add(new KeyLiteral(rest.ToString()));
                break;
            }

            var end = rest[brace..].IndexOf('}') + brace;
            if (rest[brace] == '}' || end < brace || rest[(brace + 1)..end].Contains('{'))
            {
                Report("has a brace without its partner");
                return null;
            }

            if (brace > 0)
            {
                parts.Add(new KeyLiteral(rest[..brace].ToString()));
            }

            if (Part(rest[(brace + 1)..end].ToString()) is { } part)
            {
                parts.Add(part);
            }

            rest = rest[(end + 1)..];
        }

        return scope.Errors.Count == before && scope.IsKnown ? new KeyTemplate(text.Value, parts) : null;
    }

    private KeyPart? Part(string inside)
    {
        var colon = inside.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? "" : inside[..colon];
        switch (kind)
        {
            case "":
                return Column(inside) is { } column ? new KeyColumn(column) : null;
            case "time":
                return Time(inside[(colon + 1)..]);
            case "hash":
                return Hash(inside[(colon + 1)..]);
            default:
                Report($"has {{{inside}}}, which is none of {{column}}, {{time:desc}}, {{time:FORMAT}} and {{hash:column:NN}}");
                return null;
        }
    }

    private KeyPart? Time(string format)
    {
        if (scope.IsKnown && binding.TimeColumn is null)
        {
            Report($"uses {{time:{format}}}, but the stream names no \"time\"");
            return null;
        }

        if (format == "desc")
        {
            return new KeyTimeDescending();
        }

        try
        {
            if (DateTime.UnixEpoch.ToString(format, CultureInfo.InvariantCulture).Length > 0 && format.Length > 1)
            {
                return new KeyTimeFormat(format);
            }
        }
        catch (FormatException)
        {
            // Reported below, with the formats that are too short.
        }

        Report($"has the time format \"{format}\"; write desc, or a .NET custom format of at least two letters such as yyyyMMddHH");
        return null;
    }

    private KeyHash? Hash(string inside)
    {
        var colon = inside.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(inside.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var buckets)
            || buckets is < 1 or > MaxBuckets)
        {
            Report($"has {{hash:{inside}}}; write {{hash:column:NN}} with 1 to {MaxBuckets} buckets");
            return null;
        }

        return Column(inside[..colon]) is { } column ? new KeyHash(column, buckets) : null;
    }

    private string? Column(string name)
    {
        if (!scope.IsKnown)
        {
            return null;
        }

        if (name is "id" or "key" && Bound(name, out var bound))
        {
            if (bound is null || scope.WhyHidden(bound) is not { } why)
            {
                return bound;
            }

            Report($"uses {{{name}}}, the column \"{bound}\", but {why}");
            return null;
        }

        if (scope.IsEnriched(name))
        {
            Report($"uses {{{name}}}, an enriched column: its value may differ between two attempts and would leave a second row; keys are made of decoded columns");
        }
        else if (scope.WhyHidden(name) is { } reason)
        {
            Report($"uses {{{name}}}, but {reason}");
        }
        else if (name.StartsWith('_'))
        {
            Report($"uses {{{name}}}; keys are made of decoded columns, {{id}} and {{time:…}}");
        }
        else if (scope.FindDecoded(name) is not { } column)
        {
            var hint = name == "time" ? " Did you mean {time:desc}?" : Suggestion.For(name, scope.Decoded.Select(c => c.Name), "columns");
            Report($"uses {{{name}}}, but the schema has no such column", hint);
        }
        else if (column.IsList || column.Type is ColumnType.Json or ColumnType.Double)
        {
            Report($"uses {{{name}}}, which is {ColumnScope.Describe(column)}; a key needs a text, an integer, a boolean, a UUID, a date or a time");
        }
        else
        {
            return name;
        }

        return null;
    }

    /// <summary>Whether the name is the stream's own id or key rather than a column's; null in <paramref name="column"/> after a mistake.</summary>
    private bool Bound(string name, out string? column)
    {
        var named = name == "id" ? binding.IdColumn : binding.KeyColumn;
        var sameName = scope.FindDecoded(name) is not null;
        column = name == "id" ? "id" : named;
        if (sameName && named != name)
        {
            Report($"uses {{{name}}}, which could be the column \"{name}\" or the record's {name}; say \"{name}\": \"/{name}\" in the stream, or rename the column");
            column = null;
        }
        else if (name == "key" && named is null)
        {
            Report("uses {key}, but the stream names no \"key\"");
        }

        return true;
    }

    private void Report(string what, string hint = "") => scope.Errors.Add(text.Node, $"The key \"{text.Value}\" {what}.{hint}");
}
