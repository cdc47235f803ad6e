namespace Ingest.Storage.Parquet;

/// <summary>A text's place in a buffer.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> data) => data.Slice(Start, Length);
}
