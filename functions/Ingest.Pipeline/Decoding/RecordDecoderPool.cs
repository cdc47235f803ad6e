using System.Collections.Concurrent;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding;

/// <summary>Decoders of one stream for several workers. Thread-safe. Holds as many as were in use at once.</summary>
public sealed class RecordDecoderPool(string stream, PayloadFormat format, CompiledSchema schema, DecodingOptions options)
{
    private readonly ConcurrentBag<RecordDecoder> idle = [];

    public RecordDecoder Rent() => idle.TryTake(out var decoder) ? decoder : new RecordDecoder(stream, format, schema, options);

    /// <summary>Gives a decoder back that is no longer used.</summary>
    public void Return(RecordDecoder decoder) => idle.Add(decoder);
}
