using Ingest.Cli.Offline;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Check;

/// <summary>What a change of a stream means to those who use it.</summary>
public enum ChangeImpact
{
    /// <summary>Nobody has to do anything: readers that go by column name (union by name) read old and new segments alike.</summary>
    Compatible,

    /// <summary>Data stays readable, but events that were accepted may be refused now or go elsewhere.</summary>
    Caution,

    /// <summary>Old and new data no longer fit together; it takes a stream of a new name.</summary>
    Breaking,
}

/// <param name="Column">Null where the change is not about one column.</param>
public sealed record StreamChange(string Stream, string? Column, ChangeImpact Impact, string Message);

/// <summary>Tells compatible from breaking changes between two versions of the streams. Pure.</summary>
public static class SchemaComparison
{
    /// <returns>The old streams in their order, then the new ones. Empty where nothing changed that can be seen in data or keys.</returns>
    public static IReadOnlyList<StreamChange> Compare(StreamCatalog before, StreamCatalog after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var changes = new List<StreamChange>();
        foreach (var old in before.Streams)
        {
            if (after.Streams.FirstOrDefault(s => s.Name == old.Name) is { } now)
            {
                new Pair(old, now, changes).Compare();
            }
            else
            {
                changes.Add(Removed(old, before, after));
            }
        }

        changes.AddRange(
            from added in after.Streams
            where !before.Streams.Any(s => s.Name == added.Name)
            select new StreamChange(added.Name, null, ChangeImpact.Compatible, "The stream is new."));
        return changes;
    }

    private static StreamChange Removed(StreamDefinition old, StreamCatalog before, StreamCatalog after)
    {
        var conditions = Conditions(old);
        var renamed = after.Streams.FirstOrDefault(s => Conditions(s) == conditions && !before.Streams.Any(b => b.Name == s.Name));
        return new StreamChange(old.Name, null, ChangeImpact.Breaking, renamed is null
            ? "The stream is gone: its folder in the lake gets no more data, and its events go elsewhere or to quarantine."
            : $"The stream is called {renamed.Name} now: its data goes to another folder of the lake.");
    }

    private static string Conditions(StreamDefinition stream) => string.Join(
        " and ", stream.When.Select(c => $"{c.Source}:{c.Name} = {string.Join(" | ", c.Values.Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal));

    /// <summary>Two versions of one stream.</summary>
    private sealed class Pair(StreamDefinition before, StreamDefinition after, List<StreamChange> changes)
    {
        public void Compare()
        {
            var first = changes.Count;
            foreach (var old in before.Columns)
            {
                Column(old, after.Columns.FirstOrDefault(c => c.Name == old.Name));
            }

            foreach (var added in after.Columns.Where(c => !before.Columns.Any(o => o.Name == c.Name)))
            {
                var (impact, consequence) = added.Nullable ? (ChangeImpact.Compatible, ".")
                    : HasDefault(added) ? (ChangeImpact.Compatible, "; records without it get its default.")
                    : (ChangeImpact.Caution, ", and required: records without it are refused from now on.");
                Add(impact, $"The column is new ({ColumnJson.TypeName(added)}){consequence}", added.Name);
            }

            Binding();
            Lookups();
            Values();
            Routing();
            Table("table", before.Table, after.Table);
            Table("latest", before.Latest, after.Latest);
            Lake();

            // Avro and Protobuf have no rules beside their columns; what stands for their schema here is in no file.
            var haveRules = before.Payload.IsJsonSchema && after.Payload.IsJsonSchema;
            foreach (var place in haveRules ? RuleComparison.Changed(before.Schema.Sources, after.Schema.Sources) : [])
            {
                Add(ChangeImpact.Caution, $"The rule {place} changed: other records than before may be refused.");
            }

            if (changes.Count == first && before.Version != after.Version)
            {
                Add(ChangeImpact.Caution, "Columns and keys are the same; rules of the schema, lookups or limits changed, so other records than before may be refused.");
            }
        }

        private void Column(ColumnDefinition old, ColumnDefinition? now)
        {
            if (now is null)
            {
                Add(ChangeImpact.Breaking, $"The column is gone (it was {ColumnJson.TypeName(old)}).", old.Name);
            }
            else if (now.Type != old.Type || now.IsList != old.IsList)
            {
                Add(ChangeImpact.Breaking, $"The column's type changed from {ColumnJson.TypeName(old)} to {ColumnJson.TypeName(now)}.", old.Name);
            }
            else if (now.Nullable != old.Nullable)
            {
                var (impact, message) = now.Nullable ? (ChangeImpact.Compatible, "The column is no longer required.")
                    : HasDefault(now) ? (ChangeImpact.Compatible, "The column is never null from now on: records without it get its default.")
                    : (ChangeImpact.Caution, "The column is required now: records without it are refused.");
                Add(impact, message, old.Name);
            }
        }

        private bool HasDefault(ColumnDefinition column) => after.Payload.DefaultedColumns.Contains(column.Name);

        private void Binding()
        {
            Bound("id", before.Binding.IdColumn, after.Binding.IdColumn, "the record's origin", "two records with one id are told apart no longer as before");
            Bound("key", before.Binding.KeyColumn, after.Binding.KeyColumn, "none", "records are grouped otherwise than before");
            Bound("time", before.Binding.TimeColumn, after.Binding.TimeColumn, "the enqueued time", "old and new rows are ordered by different times");
        }

        private void Bound(string what, string? old, string? now, string absent, string consequence)
        {
            if (old != now)
            {
                Add(ChangeImpact.Breaking, $"The {what} changed from {old ?? absent} to {now ?? absent}: {consequence}.");
            }
        }

        /// <summary>A column that keeps its name and type, and whose values are others from now on.</summary>
        private void Values()
        {
            var (old, now) = (Replaced(before), Replaced(after));
            foreach (var column in old.Keys.Union(now.Keys).Where(name => old.GetValueOrDefault(name) != now.GetValueOrDefault(name)))
            {
                Add(
                    ChangeImpact.Caution,
                    $"The values were {old.GetValueOrDefault(column, "written as they came")} and are {now.GetValueOrDefault(column, "written as they come")} from now on: old and new rows do not match.", column);
            }
        }

        private static Dictionary<string, string> Replaced(StreamDefinition stream) => stream.Enrich
            .SelectMany(step => step switch
            {
                HashEnrichment hash when hash.Into == hash.Source => [(hash.Source, $"hashed with the setting {hash.Setting}")],
                RedactEnrichment redact => redact.Columns.Select(c => (c, "redacted")),
                _ => Array.Empty<(string, string)>(),
            })
            .DistinctBy(r => r.Item1).ToDictionary(r => r.Item1, r => r.Item2, StringComparer.Ordinal);

        // The version does not hold the lookups' tables: they are written beside the streams.
        private void Lookups()
        {
            foreach (var now in after.Lookups.Select(e => e.Lookup).DistinctBy(l => l.Name))
            {
                if (before.Lookups.FirstOrDefault(e => e.Lookup.Name == now.Name)?.Lookup is { } old && old.Table != now.Table)
                {
                    Add(ChangeImpact.Caution, $"The lookup {now.Name} reads the table {now.Table} now, no longer {old.Table}: other values than before may be added.");
                }
            }
        }

        private void Routing()
        {
            if (Conditions(before) != Conditions(after))
            {
                Add(ChangeImpact.Caution, "Its \"when\" changed: other events than before come to this stream.");
            }

            if (before.Format != after.Format)
            {
                Add(ChangeImpact.Caution, $"The format changed from {before.Format.ToText()} to {after.Format.ToText()}: events in the old one are refused.");
            }
        }

        private void Table(string what, TableDefinition? old, TableDefinition? now)
        {
            if (old is null || now is null)
            {
                if (old is not null)
                {
                    Add(ChangeImpact.Breaking, $"write.{what} is gone: the table {old.Name} gets no more rows.");
                }
                else if (now is not null)
                {
                    Add(ChangeImpact.Compatible, $"write.{what} is new: the table {now.Name} gets the rows from now on, none of the past.");
                }

                return;
            }

            Changed($"write.{what}: the table", old.Name, now.Name);
            Changed($"write.{what}: the partition key", old.PartitionKey.Text, now.PartitionKey.Text);
            Changed($"write.{what}: the row key", old.RowKey.Text, now.RowKey.Text);
            var (stored, stores) = (old.Columns ?? [.. before.Columns.Select(c => c.Name)], now.Columns ?? [.. after.Columns.Select(c => c.Name)]);

            // A column that is gone altogether has been reported as such.
            foreach (var lost in stored.Except(stores).Where(name => after.Columns.Any(c => c.Name == name)))
            {
                Add(ChangeImpact.Breaking, $"write.{what}: the table {now.Name} no longer gets this column.", lost);
            }

            foreach (var gained in stores.Except(stored).Where(name => before.Columns.Any(c => c.Name == name)))
            {
                Add(ChangeImpact.Compatible, $"write.{what}: the table {now.Name} gets this column too.", gained);
            }
        }

        private void Lake()
        {
            if (before.Lake.Compression != after.Lake.Compression || !before.Lake.Sort.SequenceEqual(after.Lake.Sort))
            {
                Add(ChangeImpact.Compatible, "write.lake: compression or sorting of new segments changed.");
            }
        }

        private void Changed(string what, string old, string now)
        {
            if (old != now)
            {
                Add(ChangeImpact.Breaking, $"{what} changed from {old} to {now}: rows already written are not found, or remain beside the new ones.");
            }
        }

        private void Add(ChangeImpact impact, string message, string? column = null) => changes.Add(new StreamChange(before.Name, column, impact, message));
    }
}
