namespace Ingest.LocalWorker.Application;

/// <summary>A clock that is wrong by a fixed time, and as fast as the machine's.</summary>
internal sealed class OffsetTimeProvider(TimeSpan offset) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
}
