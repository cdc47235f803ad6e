using Ingest.Pipeline;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Offline;

/// <summary>
/// Leads events through the rooms of production, up to the sinks: route, decode and validate, enrich. Keeps one decoder and one
/// batch a stream, so that thousands of small events cost no set-up. Not thread-safe.
/// </summary>
public sealed class OfflinePipeline : IDisposable
{
    private readonly StreamCatalog catalog;
    private readonly DecodingOptions decoding;
    private readonly IReadOnlyList<IEnricherFactory> factories;
    private readonly TimeProvider clock;
    private readonly EventDecoder router;
    private readonly Dictionary<(string Stream, PayloadFormat Format), RecordDecoder> decoders = [];
    private readonly Dictionary<string, (StreamDefinition Stream, RecordBatch Batch)> batches = new(StringComparer.Ordinal);

    public OfflinePipeline(StreamCatalog catalog, DecodingOptions decoding, IReadOnlyList<IEnricherFactory> factories, TimeProvider clock)
    {
        (this.catalog, this.decoding, this.factories, this.clock) = (catalog, decoding, factories, clock);
        router = new EventDecoder(catalog, stream => DecoderOf(stream, stream.Format), BatchOf);
    }

    public StreamCatalog Catalog => catalog;

    /// <summary>Enrichers for <see cref="RunAsync(IncomingEvent, OfflineEnrichers, CancellationToken)"/>; the caller disposes of them.</summary>
    /// <inheritdoc cref="OfflineEnrichers"/>
    public OfflineEnrichers OpenEnrichers(ILookupSource? source, IReadOnlyDictionary<string, string> settings) =>
        new(catalog, source, settings, factories, clock);

    /// <summary>Routes the event, or each of its records, and runs it.</summary>
    public async Task<OfflineOutcome> RunAsync(IncomingEvent source, OfflineEnrichers enrichers, CancellationToken cancellationToken)
    {
        try
        {
            List<QuarantinedRecord> refused = [];
            router.Decode(in source, 0, refused);
            return await FinishAsync(source, refused, enrichers, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>Runs the event through a stream, whatever the stream's conditions and format say.</summary>
    public async Task<OfflineOutcome> RunAsync(
        IncomingEvent source, StreamDefinition stream, PayloadFormat format, OfflineEnrichers enrichers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(enrichers);
        try
        {
            List<QuarantinedRecord> refused = [];
            DecoderOf(stream, format).Decode(in source, 0, BatchOf(stream), refused);
            return await FinishAsync(source, refused, enrichers, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Clear();
        }
    }

    public void Dispose()
    {
        foreach (var decoder in decoders.Values)
        {
            decoder.Dispose();
        }
    }

    private async Task<OfflineOutcome> FinishAsync(
        IncomingEvent source, List<QuarantinedRecord> refused, OfflineEnrichers enrichers, CancellationToken cancellationToken)
    {
        var rows = new List<OfflineRow>();
        var faults = refused.Select(r => new OfflineFault(r.Index, r.Fault)).ToList();
        var streams = refused.Select(r => r.Stream).ToHashSet();
        foreach (var (stream, batch) in batches.Values.Where(b => b.Batch.RowCount > 0))
        {
            batch.Events = new[] { source };
            foreach (var enricher in enrichers.Of(stream))
            {
                await enricher.EnrichAsync(batch, cancellationToken).ConfigureAwait(false);
            }

            streams.Add(stream.Name);
            rows.AddRange(Enumerable.Range(0, batch.RowCount).Where(row => !batch.IsExcluded(row)).Select(row => OfflineRow.Of(stream, batch, row, enrichers.UnknownColumns(stream))));
            faults.AddRange(batch.Excluded.Select(e => new OfflineFault((int)batch.Index.Values[e.Key], e.Value)));
        }

        var only = streams.Count == 1 ? catalog.Streams.FirstOrDefault(s => s.Name == streams.Single()) : null;
        return new OfflineOutcome(only, [.. rows.OrderBy(r => r.Index)], [.. faults.OrderBy(f => f.Index)]);
    }

    private RecordBatch BatchOf(StreamDefinition stream)
    {
        if (!batches.TryGetValue(stream.Name, out var known))
        {
            batches.Add(stream.Name, known = (stream, stream.CreateBatch()));
        }

        return known.Batch;
    }

    private void Clear()
    {
        foreach (var (_, batch) in batches.Values)
        {
            batch.Clear();
        }
    }

    private RecordDecoder DecoderOf(StreamDefinition stream, PayloadFormat format)
    {
        if (!decoders.TryGetValue((stream.Name, format), out var decoder))
        {
            decoders.Add((stream.Name, format), decoder = new RecordDecoder(stream.Name, stream.Payload.In(format), decoding));
        }

        return decoder;
    }
}
