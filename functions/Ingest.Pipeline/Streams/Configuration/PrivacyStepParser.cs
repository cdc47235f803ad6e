using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>The steps that keep values from being written: hash, drop, redact.</summary>
internal sealed class PrivacyStepParser(ColumnScope scope, RecordBinding binding)
{
    /// <summary><c>{ "hash": POINTER, "salt": "@Setting:NAME", "as": COLUMN }</c>; without <c>as</c> the hash replaces the value.</summary>
    public EnrichmentStep? Hash(ConfigObject entry)
    {
        var pointer = entry.OptionalText("hash");
        var salt = entry.RequiredText("salt", $"it names the app setting of the key, \"{SettingReference.Prefix}NAME\"");
        var into = entry.OptionalText("as");
        var setting = salt is null ? null : SettingReference.Parse(salt.Value);
        if (salt is not null && setting is null)
        {
            scope.Errors.Add(salt.Node, $"\"salt\" must name an app setting, as in \"{SettingReference.Prefix}PiiSalt\": what stands in this file is no secret.");
        }

        var source = pointer is null ? null : scope.Readable(pointer);
        if (source is { IsList: true } or { Type: not (ColumnType.String or ColumnType.Int64 or ColumnType.Uuid) })
        {
            scope.Errors.Add(pointer!.Node, $"Only a string, an integer or a UUID can be hashed; \"{pointer.Value}\" is {ColumnScope.Describe(source)}.");
            return null;
        }

        if (into is null && source is { Type: not ColumnType.String })
        {
            scope.Errors.Add(
                pointer!.Node, $"\"{pointer.Value}\" is {ColumnScope.Describe(source)} and a hash is a text: name a new column with \"as\", and drop the value after that.");
            return null;
        }

        var added = into is null ? null : scope.Add(into.Value, into.Node);
        return source is null || setting is null || (into is not null && added is null)
            ? null
            : new HashEnrichment(source.Name, added?.Name ?? source.Name, setting, ReplacesId: added is null && source.Name == binding.IdColumn);
    }

    /// <summary><c>{ "drop": POINTER or [POINTER, …] }</c>.</summary>
    public EnrichmentStep Drop(ConfigObject entry)
    {
        var (columns, members) = Targets(entry, "drop");
        return new DropEnrichment(columns, members);
    }

    /// <summary><c>{ "redact": POINTER or [POINTER, …] }</c>.</summary>
    public EnrichmentStep Redact(ConfigObject entry)
    {
        var (columns, members) = Targets(entry, "redact");
        return new RedactEnrichment(columns, members);
    }

    private (List<string> Columns, List<JsonMember> Members) Targets(ConfigObject entry, string kind)
    {
        var (columns, members) = (new List<string>(), new List<JsonMember>());
        foreach (var pointer in entry.OptionalTexts(kind) ?? [])
        {
            if (!pointer.Value.StartsWith('/') || JsonPointer.Parse(pointer.Value) is not { } path)
            {
                scope.Errors.Add(pointer.Node, $"\"{pointer.Value}\" is no JSON Pointer; write one such as \"/owner/phone\".");
            }
            else if (scope.Schema is { } schema)
            {
                Target(schema, pointer, path, kind, columns, members);
            }
        }

        return (columns, members);
    }

    /// <summary>
    /// Everything that the pointer's value can become: its column, the columns of what it holds, and a member of a JSON text, where
    /// properties end that the schema does not name.
    /// </summary>
    private void Target(CompiledSchema schema, ConfigText pointer, string[] path, string kind, List<string> columns, List<JsonMember> members)
    {
        var own = schema.FindColumn(pointer.Value);
        var inside = schema.Plan.ColumnsByPointer.Where(c => c.Key.StartsWith(pointer.Value + "/", StringComparison.Ordinal)).Select(c => c.Value);
        string[] found = own is null ? [.. inside] : [own];
        foreach (var name in found)
        {
            if (IsAllowed(pointer, scope.FindDecoded(name)!, kind))
            {
                columns.Add(name);
                scope.Hide(name, pointer.Node, kind);
            }
        }

        if (own is not null)
        {
            return;
        }

        for (var length = path.Length - 1; length > 0; length--)
        {
            var holder = path[..length].Aggregate("", JsonPointer.Append);
            if (schema.FindColumn(holder) is not { } name)
            {
                continue;
            }

            if (scope.FindDecoded(name) is { IsList: false, Type: ColumnType.Json })
            {
                members.Add(new JsonMember(name, path[length..]));
            }
            else
            {
                scope.Errors.Add(pointer.Node, $"\"{pointer.Value}\" holds nothing: \"{holder}\" is {ColumnScope.Describe(scope.FindDecoded(name)!)}.");
            }

            return;
        }

        var nearest = found.Length > 0 ? "" : Suggestion.Nearest(pointer.Value, schema.Plan.ColumnsByPointer.Keys);
        if (nearest.Length == 0 && scope.FindDecoded(ColumnPlan.ExtraName) is not null)
        {
            members.Add(new JsonMember(ColumnPlan.ExtraName, path));
        }
        else if (found.Length == 0)
        {
            scope.Errors.Add(pointer.Node, $"\"{pointer.Value}\" names nothing that the schema lets through.{nearest}");
        }
    }

    private bool IsAllowed(ConfigText pointer, ColumnDefinition column, string kind)
    {
        if (column.Name == binding.TimeColumn || column.Name == binding.IdColumn)
        {
            var (role, advice) = column.Name == binding.TimeColumn
                ? ("event time", "tables and their order need it")
                : ("id", "it is written as _id as well; hash it instead, or name another \"id\"");
            scope.Errors.Add(pointer.Node, $"The column \"{column.Name}\" is the record's {role}: {advice}.");
            return false;
        }

        if (kind == "redact" && (column.IsList || column.Type is not (ColumnType.String or ColumnType.Json)))
        {
            scope.Errors.Add(pointer.Node, $"Only text can be redacted; the column \"{column.Name}\" is {ColumnScope.Describe(column)}. Drop it instead.");
            return false;
        }

        if (scope.WhyHidden(column.Name) is { } reason && kind == "redact")
        {
            scope.Errors.Add(pointer.Node, $"\"{pointer.Value}\" cannot be redacted: {reason}.");
            return false;
        }

        return true;
    }
}
