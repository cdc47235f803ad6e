using System.Buffers;

namespace Ingest.Storage.Parquet;

/// <summary>A pooled array that grows to what is asked for and keeps nothing of what it held.</summary>
internal sealed class Scratch<T> : IDisposable
    where T : unmanaged
{
    private T[] array = [];

    public Span<T> Take(int count)
    {
        if (array.Length < count)
        {
            Dispose();
            array = ArrayPool<T>.Shared.Rent(count);
        }

        return array.AsSpan(0, count);
    }

    public void Dispose()
    {
        if (array.Length > 0)
        {
            ArrayPool<T>.Shared.Return(array);
        }

        array = [];
    }
}
