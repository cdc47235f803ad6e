using System.Text;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Replaces values by their keyed hash, or adds it beside them. Equal values have equal hashes as long as the salt stays.</summary>
internal sealed class HashEnricher(HashEnrichment step, string salt) : IEnricher
{
    private readonly KeyedHash hash = new(Encoding.UTF8.GetBytes(salt));

    public bool AsksNobody => true;

    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        if (step.Into != step.Source)
        {
            Add(batch);
            return Task.CompletedTask;
        }

        BytesColumnEdit.Replace((BytesColumn)batch[step.Source], hash);
        if (step.ReplacesId)
        {
            BytesColumnEdit.Replace(batch.Id, hash);
        }

        return Task.CompletedTask;
    }

    private void Add(RecordBatch batch)
    {
        var into = Filling.Of<BytesColumn>(batch, step.Into);
        Column[] source = [batch[step.Source]];
        var text = new LookupKey();
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (text.Read(source, row))
            {
                hash.Append(text.Utf8, into);
            }
            else
            {
                into.AppendNull();
            }
        }

        text.Return();
    }
}
