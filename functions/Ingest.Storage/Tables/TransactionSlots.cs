namespace Ingest.Storage.Tables;

/// <summary>Transactions being built or sent at once, over all partitions and sinks of the instance. Bounds memory.</summary>
internal sealed class TransactionSlots(int count) : IDisposable
{
    private readonly SemaphoreSlim slots = new(count);

    public Task WaitAsync(CancellationToken cancellationToken) => slots.WaitAsync(cancellationToken);

    public void Release() => slots.Release();

    public void Dispose() => slots.Dispose();
}
