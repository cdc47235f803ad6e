using System.Runtime.CompilerServices;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Cli.Offline;

/// <summary>Lookups that were written down instead of lying in a table. One that was not given has no rows.</summary>
/// <param name="lookups">Lookup → key → properties.</param>
public sealed class InlineLookups(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>>> lookups) : ILookupSource
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, object>> NoRows = [];

    public async IAsyncEnumerable<LookupRow> ReadAsync(
        LookupDefinition lookup, IReadOnlyCollection<string> properties, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var (key, row) in lookups.GetValueOrDefault(lookup.Name, NoRows))
        {
            yield return new LookupRow(key, null, row);
        }
    }
}

/// <summary>Offline, a load is nothing that anybody must hear of.</summary>
internal sealed class SilentLookups : ILookupObserver
{
    public static readonly SilentLookups Instance = new();

    public void Loaded(LookupDefinition lookup, int rows, long bytes, TimeSpan duration)
    {
    }

    public void Unchanged(LookupDefinition lookup, TimeSpan duration)
    {
    }

    public void RefreshFailed(LookupDefinition lookup, Exception exception, TimeSpan age)
    {
    }
}
