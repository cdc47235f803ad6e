using Azure.Data.Tables;
using Ingest.Cli.Processes;
using Ingest.Storage.Tables;

namespace Ingest.Cli.Demo;

/// <summary>Loads the airports that the stream <c>routes</c> looks its places up in.</summary>
public static class Airports
{
    private const string Table = "Airports";
    private const string Lookup = "airports";
    private const int RowsATransaction = 100;

    /// <summary>Returns how many airports were loaded. Loading again replaces them.</summary>
    public static async Task<int> LoadAsync(TableServiceClient tables, NodeRuntime node, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(node);
        using var file = File.OpenText(node.ModulePath("vega-datasets", "data", "airports.csv"));
        var table = tables.GetTableClient(Table);
        await table.CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);
        var count = 0;
        foreach (var chunk in CsvReader.ReadRows(file).Select(ToEntity).Chunk(RowsATransaction))
        {
            await table.SubmitTransactionAsync(
                chunk.Select(e => new TableTransactionAction(TableTransactionActionType.UpsertReplace, e)), cancellationToken).ConfigureAwait(false);
            count += chunk.Length;
        }

        return count;
    }

    private static TableEntity ToEntity(IReadOnlyDictionary<string, string> airport)
    {
        var entity = new TableEntity(Lookup, TableKeyEncoding.Encode(airport["iata"]));
        foreach (var (name, value) in airport)
        {
            entity[name] = value;
        }

        return entity;
    }
}
