using System.Net;
using System.Net.Sockets;

namespace Ingest.Emulator;

/// <summary>Listens on the same port of 127.0.0.1 and, where there is IPv6, ::1; never on an outside address.</summary>
internal sealed class LoopbackListener : IDisposable
{
    private const int Backlog = 512;
    private const int FreePortAttempts = 20;

    private LoopbackListener(int port, IReadOnlyList<Socket> sockets)
    {
        Port = port;
        Sockets = sockets;
    }

    public int Port { get; }

    public IReadOnlyList<Socket> Sockets { get; }

    /// <param name="port">0 takes a free one.</param>
    /// <exception cref="EmulatorException">The port is in use.</exception>
    public static LoopbackListener Listen(int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            var v4 = Open(IPAddress.Loopback, port);
            var chosen = ((IPEndPoint)v4.LocalEndPoint!).Port;
            try
            {
                return new LoopbackListener(chosen, Socket.OSSupportsIPv6 ? [v4, Open(IPAddress.IPv6Loopback, chosen)] : [v4]);
            }
            catch (EmulatorException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.AddressNotAvailable })
            {
                // The system knows IPv6, but has no loopback address for it.
                return new LoopbackListener(chosen, [v4]);
            }
            catch (EmulatorException) when (port == 0 && attempt < FreePortAttempts)
            {
                // Free for IPv4 need not be free for IPv6.
                v4.Dispose();
            }
            catch
            {
                v4.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        foreach (var socket in Sockets)
        {
            socket.Dispose();
        }
    }

    private static Socket Open(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new EmulatorException(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"Port {port} is in use by another process; choose another one."
                : $"Port {port} of {address} cannot be listened on: {e.Message}.", e);
        }
    }
}
