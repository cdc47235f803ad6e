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
public sealed class OfflinePipeline(
    StreamCatalog catalog, DecodingOptions decoding, IReadOnlyList<IEnricherFactory> factories, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<(string Stream, PayloadFormat Format), RecordDecoder> decoders = [];
    private readonly Dictionary<string, RecordBatch> batches = new(StringComparer.Ordinal);

    public StreamCatalog Catalog => catalog;

    /// <summary>Enrichers for <see cref="RunAsync(IncomingEvent, OfflineEnrichers, CancellationToken)"/>; the caller disposes of them.</summary>
    /// <inheritdoc cref="OfflineEnrichers"/>
    public OfflineEnrichers OpenEnrichers(ILookupSource? source, IReadOnlyDictionary<string, string> settings) =>
        new(catalog, source, settings, factories, clock);

    /// <summary>Routes the event and runs it.</summary>
    public async Task<OfflineOutcome> RunAsync(IncomingEvent source, OfflineEnrichers enrichers, CancellationToken cancellationToken)
    {
        if (catalog.Route(in source) is { } stream)
        {
            return await RunAsync(source, stream, stream.Format, enrichers, cancellationToken).ConfigureAwait(false);
        }

        var fault = new Fault(FaultStage.Route, FaultCode.UnknownStream, catalog.DescribeMiss(in source));
        return new OfflineOutcome(null, [], [new OfflineFault(0, fault)]);
    }

    /// <summary>Runs the event through a stream, whatever the stream's conditions and format say.</summary>
    public async Task<OfflineOutcome> RunAsync(
        IncomingEvent source, StreamDefinition stream, PayloadFormat format, OfflineEnrichers enrichers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(enrichers);
        if (!batches.TryGetValue(stream.Name, out var batch))
        {
            batches.Add(stream.Name, batch = stream.CreateBatch());
        }

        try
        {
            List<QuarantinedRecord> refused = [];
            DecoderOf(stream, format).Decode(in source, 0, batch, refused);
            batch.Events = new[] { source };
            foreach (var enricher in enrichers.Of(stream))
            {
                await enricher.EnrichAsync(batch, cancellationToken).ConfigureAwait(false);
            }

            return Read(stream, batch, refused, enrichers.UnknownColumns(stream));
        }
        finally
        {
            batch.Clear();
        }
    }

    public void Dispose()
    {
        foreach (var decoder in decoders.Values)
        {
            decoder.Dispose();
        }
    }

    private static OfflineOutcome Read(StreamDefinition stream, RecordBatch batch, List<QuarantinedRecord> refused, IReadOnlySet<string> unknown)
    {
        var rows = new List<OfflineRow>(batch.RowCount);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (!batch.IsExcluded(row))
            {
                rows.Add(OfflineRow.Of(batch, row, unknown));
            }
        }

        var faults = refused.Select(r => new OfflineFault(r.Index, r.Fault))
            .Concat(batch.Excluded.Select(e => new OfflineFault((int)batch.Index.Values[e.Key], e.Value)))
            .OrderBy(f => f.Index);
        return new OfflineOutcome(stream, rows, [.. faults]);
    }

    private RecordDecoder DecoderOf(StreamDefinition stream, PayloadFormat format)
    {
        if (!decoders.TryGetValue((stream.Name, format), out var decoder))
        {
            decoders.Add((stream.Name, format), decoder = new RecordDecoder(stream.Name, format, stream.Schema, decoding));
        }

        return decoder;
    }
}
