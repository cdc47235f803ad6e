using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Columns that an enricher is about to fill.</summary>
internal static class Filling
{
    /// <exception cref="InvalidOperationException">Somebody has filled it already: a batch cannot be enriched twice.</exception>
    public static T Of<T>(RecordBatch batch, string column)
        where T : Column
    {
        var found = (T)batch[column];
        return found.Count == 0 ? found : throw new InvalidOperationException($"Column {column} was enriched already.");
    }
}
