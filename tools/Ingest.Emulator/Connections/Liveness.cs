namespace Ingest.Emulator.Connections;

/// <summary>
/// Sends heartbeats so that the peer's idle-time-out never passes in silence, and ends a connection that has been silent itself.
/// Runs on the real clock: the emulator's own may be a test's, which does not move while sockets wait.
/// </summary>
internal sealed class Liveness : IDisposable
{
    private readonly ServerConnection connection;
    private readonly long idleMs;
    private readonly ITimer timer;
    private long heartbeatMs = long.MaxValue;
    private long lastHeard = Environment.TickCount64;
    private long lastSpoken = Environment.TickCount64;

    public Liveness(ServerConnection connection, TimeSpan idleTimeout)
    {
        this.connection = connection;
        idleMs = (long)idleTimeout.TotalMilliseconds;
        timer = TimeProvider.System.CreateTimer(static self => ((Liveness)self!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Schedule();
    }

    public void Heard() => Volatile.Write(ref lastHeard, Environment.TickCount64);

    public void Spoke() => Volatile.Write(ref lastSpoken, Environment.TickCount64);

    /// <summary>Takes the idle-time-out the peer has declared, in ms; 0 means none.</summary>
    public void ObeyPeer(uint milliseconds)
    {
        if (milliseconds > 0)
        {
            Volatile.Write(ref heartbeatMs, Math.Max(1, milliseconds / 2));
            Schedule();
        }
    }

    public void Dispose() => timer.Dispose();

    private void Schedule()
    {
        // Checking at half the interval keeps the longest silence at three quarters of what the peer allows.
        var period = TimeSpan.FromMilliseconds(Math.Max(10, Math.Min(idleMs / 4, Volatile.Read(ref heartbeatMs) / 2)));
        timer.Change(period, period);
    }

    private void Check()
    {
        var now = Environment.TickCount64;
        if (now - Volatile.Read(ref lastHeard) > idleMs)
        {
            connection.RunGuarded(() => throw new Wire.AmqpErrorException(
                Wire.ErrorScope.Connection,
                Wire.ErrorConditions.ConnectionForced,
                $"The connection was inactive for more than the allowed {idleMs} milliseconds and is closed by the emulator."));
        }
        else if (now - Volatile.Read(ref lastSpoken) >= Volatile.Read(ref heartbeatMs) / 2)
        {
            connection.RunGuarded(() =>
            {
                // Waiting output will break the silence by itself.
                if (connection.Output.Length == 0)
                {
                    connection.Output.WriteHeartbeat();
                }
            });
        }
    }
}
