using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Storage.Tables;

/// <summary>Lookups in Table Storage: PartitionKey is the lookup's name, RowKey its encoded key.</summary>
internal sealed class TableLookupSource(TableClients tables) : ILookupSource
{
    private static readonly Dictionary<string, object> NoProperties = [];

    public async IAsyncEnumerable<LookupRow> ReadAsync(
        LookupDefinition lookup, IReadOnlyCollection<string> properties, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        ArgumentNullException.ThrowIfNull(properties);
        var table = await tables.EnsureAsync(lookup.Table, cancellationToken).ConfigureAwait(false);
        var partition = TableClient.CreateQueryFilter($"PartitionKey eq {TableKeyEncoding.Encode(lookup.Name)}");
        
        // An entity's ETag is made of its timestamp, without which a projection has neither.
        string[] select = ["RowKey", "Timestamp", .. properties];
        await foreach (var entity in table.QueryAsync<TableEntity>(partition, maxPerPage: null, select, cancellationToken).ConfigureAwait(false))
        {
            var etag = entity.ETag == default ? entity.Timestamp?.ToString("O", CultureInfo.InvariantCulture) : entity.ETag.ToString();
            yield return new LookupRow(TableKeyEncoding.Decode(entity.RowKey), etag, properties.Count == 0 ? NoProperties : Pick(entity, properties));
        }
    }

    private static Dictionary<string, object> Pick(TableEntity entity, IReadOnlyCollection<string> properties)
    {
        var found = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var name in properties)
        {
            if (entity.TryGetValue(name, out var value) && value is not null)
            {
                found.Add(name, value);
            }
        }

        return found;
    }
}
