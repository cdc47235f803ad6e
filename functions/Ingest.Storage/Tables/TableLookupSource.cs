using Azure.Data.Tables;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Storage.Tables;

/// <summary>Lookups in Table Storage: PartitionKey is the lookup's name, RowKey its encoded key.</summary>
internal sealed class TableLookupSource(TableClients tables) : ILookupSource
{
    private static readonly string[] SystemProperties = ["PartitionKey", "RowKey", "Timestamp", "odata.etag"];

    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>>> LoadAsync(
        LookupDefinition lookup, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        var table = await tables.EnsureAsync(lookup.Table, cancellationToken).ConfigureAwait(false);
        var rows = new Dictionary<string, IReadOnlyDictionary<string, object>>(StringComparer.Ordinal);
        var partition = TableClient.CreateQueryFilter($"PartitionKey eq {TableKeyEncoding.Encode(lookup.Name)}");
        await foreach (var entity in table.QueryAsync<TableEntity>(partition, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            rows[TableKeyEncoding.Decode(entity.RowKey)] = entity
                .Where(property => property.Value is not null && !SystemProperties.Contains(property.Key))
                .ToDictionary(property => property.Key, property => property.Value, StringComparer.Ordinal);
        }

        return rows;
    }
}
