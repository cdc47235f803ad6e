namespace Ingest.Emulator;

/// <summary>A clock that is wrong on demand; its timers run on the right one.</summary>
internal sealed class OffsetClock(TimeProvider right) : TimeProvider
{
    private long offsetTicks;

    /// <summary>How far it is ahead; negative: behind.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref offsetTicks));
        set => Volatile.Write(ref offsetTicks, value.Ticks);
    }

    public override long TimestampFrequency => right.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + Offset;

    public override long GetTimestamp() => right.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        right.CreateTimer(callback, state, dueTime, period);
}
