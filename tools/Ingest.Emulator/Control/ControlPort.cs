using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Ingest.Emulator.Control;

/// <summary>
/// Makes an emulator's faults reachable for other processes: lines of text on a loopback port, each answered by one that begins with
/// <c>ok</c> or <c>error</c>. Whoever can connect may do everything.
/// </summary>
public sealed class ControlPort : IAsyncDisposable
{
    private const int LongestLine = 4096;

    private readonly LoopbackListener listener;
    private readonly ControlCommands commands;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Task, bool> clients = [];
    private readonly Task[] accepting;
    private int disposed;

    private ControlPort(LoopbackListener listener, ControlCommands commands)
    {
        this.listener = listener;
        this.commands = commands;
        accepting = [.. listener.Sockets.Select(AcceptAsync)];
    }

    /// <summary>The port it listens on, on 127.0.0.1 and ::1.</summary>
    public int Port => listener.Port;

    /// <param name="emulator">Not disposed with the port.</param>
    /// <param name="port">0–65535; 0 takes a free one.</param>
    /// <exception cref="EmulatorException">The port is in use.</exception>
    public static ControlPort Open(EventHubsEmulator emulator, int port)
    {
        ArgumentNullException.ThrowIfNull(emulator);
        return new ControlPort(LoopbackListener.Listen(port), new ControlCommands(emulator));
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await stopping.CancelAsync();
        listener.Dispose();
        await Task.WhenAll(accepting);
        await Task.WhenAll(clients.Keys);
        stopping.Dispose();
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var serving = ServeAsync(await socket.AcceptAsync(stopping.Token));
                clients[serving] = true;
                _ = serving.ContinueWith(done => clients.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that gave up before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                var buffer = new byte[LongestLine];
                var used = 0;
                while (await client.ReceiveAsync(buffer.AsMemory(used), stopping.Token) is > 0 and var read)
                {
                    used += read;
                    for (int end; (end = buffer.AsSpan(0, used).IndexOf((byte)'\n')) >= 0;)
                    {
                        var answer = commands.Execute(Encoding.UTF8.GetString(buffer, 0, end));
                        buffer.AsSpan((end + 1)..used).CopyTo(buffer);
                        used -= end + 1;
                        await client.SendAsync(Encoding.UTF8.GetBytes(answer + "\n"), stopping.Token);
                    }

                    if (used == buffer.Length)
                    {
                        // No command is that long; the rest of the line has no meaning.
                        await client.SendAsync("error: the line is too long\n"u8.ToArray(), stopping.Token);
                        return;
                    }
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The client is gone, or the emulator is.
            }
        }
    }
}
