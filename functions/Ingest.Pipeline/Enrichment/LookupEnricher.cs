using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Adds columns from the row of a lookup whose key is made of the record's values.</summary>
internal sealed class LookupEnricher(LookupEnrichment enrichment, LookupCache cache) : IEnricher
{
    private const int MaxShownKey = 100;

    public async Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var snapshot = await cache.GetAsync(cancellationToken);
        Fill(batch, snapshot);
    }

    private void Fill(RecordBatch batch, LookupSnapshot snapshot)
    {
        var on = enrichment.On.Select(name => batch[name]).ToArray();
        var add = enrichment.Add.Select(a => (Column: Filling.Of<BytesColumn>(batch, a.Key), Values: snapshot.Values(a.Value))).ToArray();
        var key = new LookupKey();
        for (var row = 0; row < batch.RowCount; row++)
        {
            var found = -1;
            if (!batch.IsExcluded(row))
            {
                var complete = key.Read(on, row);
                found = complete ? snapshot.Find(key.Utf8) : -1;
                if (found < 0 && enrichment.QuarantineMissing)
                {
                    batch.Exclude(row, Missing(complete, key.Utf8));
                }
            }

            foreach (var (column, values) in add)
            {
                if (found >= 0 && values[found] is { } value)
                {
                    column.Append(value);
                }
                else
                {
                    column.AppendNull();
                }
            }
        }

        key.Return();
    }

    private Fault Missing(bool complete, ReadOnlySpan<byte> key)
    {
        var pointer = enrichment.OnPointers.Count == 1 ? enrichment.OnPointers[0] : null;
        var detail = complete
            ? $"Lookup \"{enrichment.Lookup.Name}\" has no row \"{Shorten(Encoding.UTF8.GetString(key))}\"."
            : $"Lookup \"{enrichment.Lookup.Name}\" cannot be asked: {string.Join(", ", enrichment.OnPointers)} is null, or holds the separator |.";
        return new Fault(FaultStage.Enrich, FaultCode.LookupMissing, detail, pointer);
    }

    private static string Shorten(string text) => text.Length <= MaxShownKey ? text : $"{text[..MaxShownKey]}…";
}
