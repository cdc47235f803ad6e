using System.Collections.Concurrent;
using System.Net.Sockets;
using Ingest.Emulator.Connections;
using Ingest.Emulator.Nodes;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator;

/// <summary>
/// Azure Event Hubs for development: AMQP 1.0 on loopback, hubs in memory. Unmodified Event Hubs SDKs connect with
/// <see cref="ConnectionString"/>. Safe for many threads.
/// </summary>
public sealed class EventHubsEmulator : IAsyncDisposable
{
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private readonly LoopbackListener listener;
    private readonly ConcurrentDictionary<string, EmulatedHub> hubs = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<ServerConnection, Task> connections = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly ITimer retention;
    private readonly Task[] accepting;
    private int disposed;

    private EventHubsEmulator(EmulatorOptions options, LoopbackListener listener)
    {
        Clock = new OffsetClock(options.TimeProvider);
        Options = options with { TimeProvider = Clock };
        this.listener = listener;
        Faults = new EmulatorFaults(this);
        RequestNodes = new RequestNodes(this);
        foreach (var hub in options.Hubs)
        {
            CreateHub(hub);
        }

        var period = TimeSpan.FromTicks(Math.Clamp(options.Retention.Ticks / 10, TimeSpan.TicksPerSecond, TimeSpan.TicksPerMinute));
        retention = options.TimeProvider.CreateTimer(_ => Expire(), null, period, period);
        accepting = [.. listener.Sockets.Select(AcceptAsync)];
    }

    /// <summary>The port it listens on, on 127.0.0.1 and ::1.</summary>
    public int Port => listener.Port;

    /// <summary>What Event Hubs clients connect with; the key is made up and any other will do.</summary>
    public string ConnectionString
        => $"Endpoint=sb://localhost:{Port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true";

    /// <summary>Makes things go wrong on demand.</summary>
    public EmulatorFaults Faults { get; }

    /// <summary>Connections open now.</summary>
    public int ConnectionCount => connections.Count;

    internal EmulatorOptions Options { get; }

    internal OffsetClock Clock { get; }

    internal IEnumerable<ServerConnection> Connections => connections.Keys;

    internal RequestNodes RequestNodes { get; }

    /// <summary>Starts listening; ready when the task completes.</summary>
    /// <exception cref="EmulatorException">The options are not good, or the port is in use.</exception>
    public static Task<EventHubsEmulator> StartAsync(EmulatorOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ct.ThrowIfCancellationRequested();
        options.Check();
        return Task.FromResult(new EventHubsEmulator(options, LoopbackListener.Listen(options.Port)));
    }

    /// <summary>Creates a hub, empty.</summary>
    /// <exception cref="EmulatorException">The options are not good, or there is a hub of this name.</exception>
    public EmulatedHub CreateHub(HubOptions o)
    {
        ArgumentNullException.ThrowIfNull(o);
        if (o.Errors().ToArray() is { Length: > 0 } errors)
        {
            throw new EmulatorException(string.Join(" ", errors));
        }

        var hub = new EmulatedHub(o, Options);
        return hubs.TryAdd(o.Name, hub) ? hub : throw new EmulatorException($"The hub '{o.Name}' exists already.");
    }

    /// <summary>Deletes a hub with its events and detaches its links; false when there is none.</summary>
    public bool DeleteHub(string name)
    {
        if (!hubs.TryRemove(name, out var hub))
        {
            return false;
        }

        hub.Delete();
        return true;
    }

    /// <summary>The hub of this name.</summary>
    /// <exception cref="EmulatorException">There is none.</exception>
    public EmulatedHub GetHub(string name)
        => hubs.TryGetValue(name, out var hub) ? hub : throw new EmulatorException($"There is no hub '{name}'.");

    /// <summary>Closes all connections and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await stopping.CancelAsync();
        listener.Dispose();
        await Task.WhenAll(accepting);
        await retention.DisposeAsync();
        foreach (var connection in connections.Keys)
        {
            connection.RunGuarded(() => connection.Close(ErrorConditions.Error(ErrorConditions.ConnectionForced, "The emulator is stopping.")));
        }

        using var patience = new CancellationTokenSource(CloseTime);
        await Task.WhenAny(Task.WhenAll(connections.Values), Task.Delay(Timeout.Infinite, patience.Token));
        DropConnections();
        await Task.WhenAll(connections.Values);
        stopping.Dispose();
    }

    /// <summary>The hub a client names; created now if that is allowed.</summary>
    internal EmulatedHub? FindHub(string name)
    {
        if (hubs.TryGetValue(name, out var hub) || !Options.CreateHubsOnFirstUse)
        {
            return hub;
        }

        var missing = new HubOptions(name, Options.DefaultPartitionCount);
        return missing.Errors().Any() ? null : hubs.GetOrAdd(name, _ => new EmulatedHub(missing, Options));
    }

    internal int DropConnections()
    {
        var open = connections.Keys.ToArray();
        foreach (var connection in open)
        {
            connection.Abort();
        }

        return open.Length;
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await socket.AcceptAsync(stopping.Token);
                if (Faults.RefuseConnections)
                {
                    client.Dispose();
                    continue;
                }

                client.NoDelay = true;
                Serve(new ServerConnection(this, client));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that gave up before it was accepted; the next one is not to suffer for it.
            }
        }
    }

    private void Serve(ServerConnection connection)
    {
        // Listed before it runs, so that a connection that ends at once still finds itself to remove.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connections[connection] = ServeAsync();
        started.SetResult();

        async Task ServeAsync()
        {
            await started.Task;
            await connection.RunAsync();
            connections.TryRemove(connection, out _);
            connection.Dispose();
        }
    }

    private void Expire()
    {
        foreach (var hub in hubs.Values)
        {
            hub.Expire();
        }
    }
}
