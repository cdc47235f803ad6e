using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Parquet;

/// <summary>A codec for each kind of column.</summary>
/// <param name="Text">Mostly unique texts.</param>
/// <param name="Packed">Numbers, deltas and dictionaries, which are packed already.</param>
internal readonly record struct Codecs(Codec Text, Codec Packed)
{
    /// <summary>Whether columns of the same texts can share what was compressed.</summary>
    public bool CanShare => Text == Codec.Zstd;

    public static Codecs Of(LakeCompression compression) => compression switch
    {
        LakeCompression.Zstd => new(Codec.Zstd, Codec.Snappy),
        LakeCompression.Snappy => new(Codec.Snappy, Codec.Snappy),
        LakeCompression.Gzip => new(Codec.Gzip, Codec.Gzip),
        _ => new(Codec.Uncompressed, Codec.Uncompressed),
    };
}
