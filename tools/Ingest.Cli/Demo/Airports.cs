using Ingest.Cli.Processes;
using Ingest.Pipeline.Enrichment;
using Ingest.Storage.Tables;

namespace Ingest.Cli.Demo;

/// <summary>Loads the airports that the stream <c>routes</c> looks its places up in.</summary>
public static class Airports
{
    // As streams.json names it; the refresh is the app's affair.
    private static readonly LookupDefinition Lookup = new("airports", "Airports", TimeSpan.FromMinutes(5));

    /// <summary>Returns how many airports were loaded. Loading again replaces them.</summary>
    public static async Task<int> LoadAsync(LookupWriter writer, NodeRuntime node, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(node);
        using var file = File.OpenText(node.ModulePath("vega-datasets", "data", "airports.csv"));
        return await writer.WriteAsync(
            Lookup,
            CsvReader.ReadRows(file).Select(row => KeyValuePair.Create<string, IReadOnlyDictionary<string, object>>(
                row["iata"], row.ToDictionary(p => p.Key, p => (object)p.Value))),
            cancellationToken).ConfigureAwait(false);
    }
}
