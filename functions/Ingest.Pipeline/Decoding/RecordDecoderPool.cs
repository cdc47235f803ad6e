using System.Collections.Concurrent;

namespace Ingest.Pipeline.Decoding;

/// <summary>Decoders of one stream for several workers. Thread-safe. Holds as many as were in use at once.</summary>
public sealed class RecordDecoderPool(string stream, PayloadDefinition payload, DecodingOptions options)
{
    private readonly ConcurrentBag<RecordDecoder> idle = [];

    public RecordDecoder Rent() => idle.TryTake(out var decoder) ? decoder : new RecordDecoder(stream, payload, options);

    /// <summary>Gives a decoder back that is no longer used.</summary>
    public void Return(RecordDecoder decoder) => idle.Add(decoder);
}
