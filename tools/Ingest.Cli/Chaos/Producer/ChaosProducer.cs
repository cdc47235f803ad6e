using System.Diagnostics;
using System.Globalization;
using Amqp;
using Ingest.Cli.Demo;

namespace Ingest.Cli.Chaos.Producer;

/// <summary>What became of the events sent. A send that ended without an answer is in doubt: the hub has all of its events or none.</summary>
/// <param name="Accepted">Events that the hub acknowledged.</param>
/// <param name="Broken">Broken ones among them.</param>
public readonly record struct SendCounts(long Accepted, long Broken, long InDoubt, long BrokenInDoubt);

/// <summary>Sends at a bounded rate, to all partitions in turn, through whatever the hub does to it. A send that fails is not repeated.</summary>
/// <param name="mayGoOn">False while the apps are too far behind.</param>
public sealed class ChaosProducer(string connectionString, int partitions, int rate, ChaosEvents events, Func<bool> mayGoOn)
{
    private const int BatchSize = 400;
    private const string ServerBusy = "com.microsoft:server-busy";

    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly Uri endpoint = new(connectionString.Split(';')[0]["Endpoint=".Length..]);
    private long accepted;
    private long broken;
    private long inDoubt;
    private long brokenInDoubt;

    public SendCounts Counts =>
        new(Interlocked.Read(ref accepted), Interlocked.Read(ref broken), Interlocked.Read(ref inDoubt), Interlocked.Read(ref brokenInDoubt));

    /// <summary>Sends until cancelled; then returns, without an exception, once the last send has ended.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            Connection? connection = null;
            try
            {
                connection = await ConnectAsync().WaitAsync(SendPatience, stop).ConfigureAwait(false);
                var session = new Session(connection);
                var links = Enumerable.Range(0, partitions)
                    .Select(p => new SenderLink(session, string.Create(CultureInfo.InvariantCulture, $"chaos-{p}"), string.Create(CultureInfo.InvariantCulture, $"{DemoStack.Hub}/Partitions/{p}")))
                    .ToArray();
                for (var turn = 0; !connection.IsClosed && !stop.IsCancellationRequested; turn++)
                {
                    var due = TimeSpan.FromSeconds((double)(Counts.Accepted + Counts.InDoubt) / rate) - Stopwatch.GetElapsedTime(started);
                    if (due > TimeSpan.Zero || !mayGoOn())
                    {
                        await Task.Delay(due > AfterFailure ? due : AfterFailure / 10, stop).ConfigureAwait(false);
                        continue;
                    }

                    var batch = events.Take(Math.Min(BatchSize, rate));
                    if (!await SendAsync(links[turn % links.Length], batch).ConfigureAwait(false))
                    {
                        await Task.Delay(AfterFailure, stop).ConfigureAwait(false);
                        break;
                    }
                }
            }
            catch (Exception e) when (IsOfTheNetwork(e))
            {
                await Task.Delay(AfterFailure, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                _ = connection?.CloseAsync(TimeSpan.FromSeconds(1), null);
            }
        }
    }

    private Task<Connection> ConnectAsync()
    {
        var factory = new ConnectionFactory();
        factory.SASL.Profile = Amqp.Sasl.SaslProfile.Anonymous;
        factory.AMQP.MaxFrameSize = 1 << 20;
        factory.AMQP.ContainerId = "chaos";
        return factory.CreateAsync(new Address("127.0.0.1", endpoint.Port, null, null, "/", "amqp"));
    }

    /// <returns>Whether the connection can be used further; after any failure it is not, because a refused link says so only when used.</returns>
    private async Task<bool> SendAsync(SenderLink link, EventsToSend batch)
    {
        using var message = batch.Message;
        try
        {
            await link.SendAsync(message).WaitAsync(SendPatience).ConfigureAwait(false);
            Interlocked.Add(ref accepted, batch.Count);
            Interlocked.Add(ref broken, batch.Broken);
            return true;
        }
        catch (AmqpException e) when (e.Error?.Condition?.ToString() == ServerBusy)
        {
            // Rejected, or the link was: the hub has said that it does not have them.
            return false;
        }
        catch (Exception e) when (IsOfTheNetwork(e))
        {
            Interlocked.Add(ref inDoubt, batch.Count);
            Interlocked.Add(ref brokenInDoubt, batch.Broken);
            return false;
        }
    }

    // The AMQP library cancels what a closed connection leaves unanswered.
    private static bool IsOfTheNetwork(Exception e) =>
        e is OperationCanceledException or AmqpException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException;
}
