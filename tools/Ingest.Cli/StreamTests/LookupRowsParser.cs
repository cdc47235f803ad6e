using Ingest.Cli.Json;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.StreamTests;

/// <summary>Lookups that were written down: lookup → key → properties.</summary>
/// <param name="lookups">Names of the lookups that the streams file defines.</param>
internal sealed class LookupRowsParser(TestReader reader, IReadOnlyCollection<string> lookups)
{
    public LookupRows Parse(LocatedValue node)
    {
        var found = new LookupRows();
        if (!reader.IsObject(node, "\"lookups\""))
        {
            return found;
        }

        foreach (var (name, _, rows) in node.Members)
        {
            if (!lookups.Contains(name))
            {
                reader.Report(rows, $"The streams file defines no lookup \"{name}\".{Spelling.Suggest(name, lookups)}");
            }
            else if (reader.IsObject(rows, $"The lookup \"{name}\""))
            {
                found[name] = rows.Members
                    .Where(m => reader.IsObject(m.Value, $"The row \"{m.Name}\""))
                    .ToDictionary(m => m.Name, IReadOnlyDictionary<string, object> (m) => reader.Scalars(m.Value), StringComparer.Ordinal);
            }
        }

        return found;
    }
}
