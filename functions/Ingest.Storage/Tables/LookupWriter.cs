using Azure.Data.Tables;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Storage.Tables;

/// <summary>Fills a lookup's table.</summary>
public sealed class LookupWriter
{
    private const int MaxOperations = 100;

    private readonly TableClients tables;

    internal LookupWriter(TableClients tables) => this.tables = tables;

    /// <summary>
    /// Inserts or replaces the rows; others stay. Where a key occurs twice, the last one wins. Returns the number of keys written.
    /// </summary>
    /// <param name="rows">Key → properties: string, bool, int, long, double, DateTimeOffset, Guid or byte[].</param>
    public async Task<int> WriteAsync(
        LookupDefinition lookup, IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, object>>> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        ArgumentNullException.ThrowIfNull(rows);
        var table = await tables.EnsureAsync(lookup.Table, cancellationToken).ConfigureAwait(false);
        var entities = new Dictionary<string, TableEntity>(StringComparer.Ordinal);
        foreach (var (key, properties) in rows)
        {
            var entity = new TableEntity(TableKeyEncoding.Encode(lookup.Name), TableKeyEncoding.Encode(key));
            foreach (var (name, value) in properties)
            {
                entity[name] = value;
            }

            entities[entity.RowKey] = entity;
        }

        foreach (var chunk in entities.Values.Chunk(MaxOperations))
        {
            var actions = chunk.Select(entity => new TableTransactionAction(TableTransactionActionType.UpsertReplace, entity));
            await table.SubmitTransactionAsync(actions, cancellationToken).ConfigureAwait(false);
        }

        return entities.Count;
    }
}
