using System.Globalization;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>lookups</c>: a name for each table that streams take columns from.</summary>
internal static class LookupsParser
{
    private static readonly TimeSpan DefaultRefresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MinRefresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRefresh = TimeSpan.FromDays(1);

    /// <summary>By name; null where the entry is broken, so that a stream which uses it is not blamed as well.</summary>
    public static Dictionary<string, LookupDefinition?> Parse(ConfigNode? value, ConfigErrors errors)
    {
        var lookups = new Dictionary<string, LookupDefinition?>(StringComparer.Ordinal);
        if (value is null || ConfigObject.From(value, errors, "\"lookups\"") is null)
        {
            return lookups;
        }

        foreach (var (name, line, entry) in value.Members)
        {
            Names.CheckLookup(name, entry with { Line = line }, errors);
            lookups[name] = Entry(name, entry, errors);
        }

        return lookups;
    }

    private static LookupDefinition? Entry(string name, ConfigNode value, ConfigErrors errors)
    {
        if (ConfigObject.From(value, errors, $"The lookup \"{name}\"") is not { } entry)
        {
            return null;
        }

        var before = errors.Count;
        var table = entry.RequiredText("table", "it names the table whose rows are looked up");
        if (table is not null)
        {
            Names.CheckTable(table, errors);
        }

        var refresh = Refresh(entry.OptionalText("refresh"), errors);
        entry.Finish();
        return errors.Count == before ? new LookupDefinition(name, table!.Value, refresh) : null;
    }

    private static TimeSpan Refresh(ConfigText? text, ConfigErrors errors)
    {
        if (text is null)
        {
            return DefaultRefresh;
        }

        if (!TimeSpan.TryParseExact(text.Value, "c", CultureInfo.InvariantCulture, out var refresh))
        {
            errors.Add(text.Node, $"\"refresh\" must be a time span such as \"00:05:00\", not \"{text.Value}\".");
        }
        else if (refresh < MinRefresh || refresh > MaxRefresh)
        {
            errors.Add(text.Node, $"\"refresh\" must lie between 00:00:01 and 1.00:00:00, and is {text.Value}.");
        }

        return refresh;
    }
}
