using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline;

/// <summary>What each stream needs to work on a batch: its decoders, enrichers and column buffers, pooled over all partitions.</summary>
internal sealed class StreamWorkers(StreamCatalog catalog, StreamEnrichers enrichers, DecodingOptions decoding)
{
    private readonly Dictionary<string, StreamWorker> workers =
        catalog.Streams.ToDictionary(s => s.Name, s => new StreamWorker(s, enrichers.Of(s), decoding), StringComparer.Ordinal);

    public DecoderSet RentDecoders() => new(workers);

    public RecordBatch RentBatch(StreamDefinition stream) => workers[stream.Name].Batches.Rent();

    public IReadOnlyList<IEnricher> EnrichersOf(string stream) => workers[stream].Enrichers;

    /// <summary>Takes back the buffers of batches that nothing reads any more.</summary>
    public void Return(IEnumerable<RecordBatch> batches)
    {
        foreach (var batch in batches)
        {
            workers[batch.Stream].Batches.Return(batch);
        }
    }

    /// <summary>Decoders for one batch, one a stream, rented when the stream first occurs.</summary>
    public readonly struct DecoderSet(Dictionary<string, StreamWorker> workers) : IDisposable
    {
        private readonly Dictionary<StreamDefinition, RecordDecoder> rented = new(ReferenceEqualityComparer.Instance);

        public RecordDecoder this[StreamDefinition stream]
        {
            get
            {
                if (!rented.TryGetValue(stream, out var decoder))
                {
                    rented.Add(stream, decoder = workers[stream.Name].Decoders.Rent());
                }

                return decoder;
            }
        }

        public void Dispose()
        {
            foreach (var (stream, decoder) in rented)
            {
                workers[stream.Name].Decoders.Return(decoder);
            }
        }
    }

    internal sealed class StreamWorker(StreamDefinition stream, IReadOnlyList<IEnricher> enrichers, DecodingOptions decoding)
    {
        public RecordDecoderPool Decoders { get; } = new(stream.Name, stream.Payload, decoding);

        public RecordBatchPool Batches { get; } =
            new(stream.Name, stream.Version, stream.Payload.Columns, stream.EnrichedColumns, stream.DroppedColumns);

        public IReadOnlyList<IEnricher> Enrichers => enrichers;
    }
}
