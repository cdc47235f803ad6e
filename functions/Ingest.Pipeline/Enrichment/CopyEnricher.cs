using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>A property of the event in every one of its rows. Read once an event, however many records it holds.</summary>
internal sealed class CopyEnricher(CopyEnrichment step) : IEnricher
{
    public bool AsksNobody => true;

    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var into = Filling.Of<BytesColumn>(batch, step.Column.Name);
        var events = batch.Events.Span;
        var current = -1;
        for (var row = 0; row < batch.RowCount; row++)
        {
            var ordinal = batch.SourceOf(row).EventOrdinal;
            if (ordinal == current)
            {
                into.AppendFrom(into, row - 1);
            }
            else if (Read(in events[current = ordinal]) is { } value)
            {
                var text = value as string ?? EventText.Of(value);
                into.Commit(Encoding.UTF8.GetBytes(text, into.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length))));
            }
            else
            {
                into.AppendNull();
            }
        }

        return Task.CompletedTask;
    }

    private object? Read(in IncomingEvent source)
    {
        object? value = null;
        return step.Field switch
        {
            EventField.Property => source.Properties?.TryGetValue(step.Name, out value) == true ? value : null,
            EventField.System => source.SystemProperty(step.Name),
            EventField.ContentType => source.ContentType,
            _ => source.PartitionKey,
        };
    }
}
