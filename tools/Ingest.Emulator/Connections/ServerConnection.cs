using System.Net.Sockets;
using Amqp.Framing;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>
/// One TCP connection. Everything it holds (sessions, links, output) is guarded by <see cref="Gate"/>; no thread ever takes the
/// locks of two connections, so whoever wants something of another connection posts it there.
/// </summary>
internal sealed class ServerConnection : IDisposable
{
    /// <summary>Output bytes beyond which senders park until the peer has taken some.</summary>
    internal const int HighWater = 256 * 1024;

    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(1);

    private readonly Socket socket;
    private readonly FrameReader reader;
    private readonly Liveness liveness;
    private readonly ConnectionProtocol protocol;
    private readonly CancellationTokenSource aborted = new();
    private readonly SemaphoreSlim drained = new(0, 1);
    private List<OutgoingLink> parked = [];
    private List<OutgoingLink> unparking = [];
    private int inFlight;
    private bool flushing;
    private bool readerWaits;
    private bool closing;
    private bool dead;

    public ServerConnection(EventHubsEmulator emulator, Socket socket)
    {
        Emulator = emulator;
        this.socket = socket;
        reader = new FrameReader(emulator.Options.MaxFrameSize);
        protocol = new ConnectionProtocol(this);
        liveness = new Liveness(this, emulator.Options.IdleTimeout);
    }

    public EventHubsEmulator Emulator { get; }

    public Lock Gate { get; } = new();

    public OutputBuffer Output { get; } = new();

    /// <summary>The largest frame the peer takes, in bytes.</summary>
    public int PeerMaxFrameSize { get; set; } = 512;

    /// <summary>Bytes written for the peer and not yet taken by the operating system.</summary>
    public int Unsent => Output.Length + Volatile.Read(ref inFlight);

    /// <summary>Whether the peer has taken so little that nothing more should be queued for it.</summary>
    public bool IsFull => Output.Length > HighWater;

    /// <summary>Runs until the connection has ended; never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer is gone or was dropped; what it left behind is cleaned up below either way.
        }
        finally
        {
            lock (Gate)
            {
                dead = true;
                protocol.ReleaseAll();
            }

            liveness.Dispose();
            socket.Dispose();
        }
    }

    /// <summary>Runs an action under this connection's lock on another thread, unless the connection has ended.</summary>
    public void Post(Action action) => ThreadPool.UnsafeQueueUserWorkItem(_ => RunGuarded(action), null);

    /// <summary>Runs an action under this connection's lock, then sends what it wrote. The peer's fault ends the connection.</summary>
    public void RunGuarded(Action action)
    {
        lock (Gate)
        {
            if (dead || closing)
            {
                return;
            }

            protocol.Guard(action);
            Flush();
        }
    }

    /// <summary>Continues the link once the peer has taken what waits. Call under the lock.</summary>
    public void Park(OutgoingLink link)
    {
        if (!parked.Contains(link))
        {
            parked.Add(link);
        }
    }

    /// <summary>Sends a close, then ends the connection. Call under the lock.</summary>
    public void Close(Error? error)
    {
        if (closing || dead)
        {
            return;
        }

        Output.WriteFrame(0, error is null ? new Close() : new Close { Error = error });
        CloseAfterOutput();
    }

    /// <summary>Ends the connection once its output is sent. Call under the lock.</summary>
    public void CloseAfterOutput()
    {
        if (!closing)
        {
            closing = true;
            aborted.CancelAfter(CloseGrace);
            Flush();
        }
    }

    /// <summary>Ends the connection as a broken network does, without a word to the peer.</summary>
    public void Abort()
    {
        lock (Gate)
        {
            if (!dead)
            {
                dead = true;
                aborted.Cancel();
                // Zero linger makes it a reset: to the peer the network broke, not the emulator ended in good order.
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }
        }
    }

    public void KeepAliveFromPeerTimeout(uint milliseconds) => liveness.ObeyPeer(milliseconds);

    public void Dispose()
    {
        Abort();
        liveness.Dispose();
        aborted.Dispose();
        drained.Dispose();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            var received = await socket.ReceiveAsync(reader.Free, aborted.Token);
            if (received == 0)
            {
                return;
            }

            liveness.Heard();
            bool wait;
            lock (Gate)
            {
                reader.Received(received);
                if (closing)
                {
                    reader.Discard();
                    continue;
                }

                protocol.Guard(() => reader.Process(protocol));
                Flush();
                // A peer that asks and asks but takes no answers must not fill the memory.
                wait = readerWaits = IsFull && flushing;
            }

            if (wait)
            {
                await drained.WaitAsync(aborted.Token);
            }
        }
    }

    private void Flush()
    {
        if (!flushing && !dead && (Output.Length > 0 || closing))
        {
            flushing = true;
            ThreadPool.UnsafeQueueUserWorkItem(static connection => _ = connection.FlushAsync(), this, preferLocal: true);
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            while (TakeOutput() is { Length: > 0 } output)
            {
                if (Emulator.Faults.Latency is { Ticks: > 0 } latency)
                {
                    await Task.Delay(latency, aborted.Token);
                }

                while (output.Length > 0)
                {
                    output = output[await socket.SendAsync(output, aborted.Token)..];
                }

                Volatile.Write(ref inFlight, 0);
                liveness.Spoke();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Abort();
        }
    }

    private ReadOnlyMemory<byte> TakeOutput()
    {
        lock (Gate)
        {
            if (readerWaits && !IsFull)
            {
                readerWaits = false;
                drained.Release();
            }

            if (parked.Count > 0 && !closing)
            {
                (parked, unparking) = (unparking, parked);
                protocol.Guard(() => unparking.ForEach(link => link.Pump()));
                unparking.Clear();
            }

            if (dead || Output.Length == 0)
            {
                flushing = false;
                if (closing && !dead)
                {
                    // The peer may still be sending; its close or the grace time ends the reading.
                    socket.Shutdown(SocketShutdown.Send);
                }

                return default;
            }

            Volatile.Write(ref inFlight, Output.Length);
            return Output.Take();
        }
    }
}
