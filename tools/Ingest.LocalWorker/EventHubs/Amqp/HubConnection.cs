using System.Globalization;
using Amqp;
using Amqp.Framing;
using Azure.Messaging.EventHubs;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>One AMQP connection to a hub's namespace, authorised for one audience and kept so.</summary>
internal sealed class HubConnection : IAsyncDisposable
{
    public static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(30);

    private const int MaxFrameSize = 1024 * 1024;
    private const int IdleTimeoutMilliseconds = 60_000;

    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);
    private static int opened;

    private readonly Connection connection;
    private readonly CancellationTokenSource closing = new();

    private HubConnection(Connection connection) => this.connection = connection;

    public bool IsOpen => !connection.IsClosed;

    /// <exception cref="EventHubsException">The namespace cannot be reached or refuses the token.</exception>
    public static async Task<HubConnection> OpenAsync(
        EventHubEndpoint endpoint, string audience, ReadGate gate, TimeProvider time, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory();
        factory.SASL.Profile = new ReadAheadSaslProfile(gate);
        factory.AMQP.MaxFrameSize = MaxFrameSize;
        factory.AMQP.IdleTimeout = IdleTimeoutMilliseconds;
        factory.AMQP.ContainerId = string.Create(
            CultureInfo.InvariantCulture, $"local-worker-{Environment.ProcessId}-{Interlocked.Increment(ref opened)}");
        factory.AMQP.HostName = endpoint.Host;
        factory.TCP.NoDelay = true;
        var address = new Address(endpoint.Host, endpoint.Port, null, null, "/", endpoint.UseTls ? "amqps" : "amqp");
        HubConnection? hub = null;
        try
        {
            hub = new HubConnection(await factory.CreateAsync(address).WaitAsync(OperationTimeout, time, cancellationToken));
            var expires = await hub.AuthorizeAsync(endpoint, audience, time, cancellationToken);
            if (expires < DateTimeOffset.MaxValue)
            {
                _ = hub.KeepAuthorizedAsync(endpoint, audience, expires, time);
            }

            return hub;
        }
        catch (Exception e) when (AmqpErrors.Translate(e, endpoint.HubName) is { } translated)
        {
            if (hub is not null)
            {
                await hub.DisposeAsync();
            }

            throw translated;
        }
    }

    public Session NewSession() => new(connection);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        try
        {
            await connection.CloseAsync(TimeSpan.FromSeconds(5), null);
        }
        catch (Exception e) when (AmqpErrors.Translate(e, "") is not null)
        {
            // It was closed by the other side already, which is what we want.
        }

        closing.Dispose();
    }

    private async Task<DateTimeOffset> AuthorizeAsync(
        EventHubEndpoint endpoint, string audience, TimeProvider time, CancellationToken cancellationToken)
    {
        var token = await endpoint.Tokens.GetAsync(audience, time, cancellationToken);
        var request = new Message(token.Text) { ApplicationProperties = new ApplicationProperties() };
        request.ApplicationProperties["operation"] = "put-token";
        request.ApplicationProperties["type"] = token.Type;
        request.ApplicationProperties["name"] = audience;
        await using var exchange = await RequestLink.OpenAsync(NewSession(), "$cbs", "cbs", endpoint.HubName, time, cancellationToken);
        var response = await exchange.SendAsync(request, time, cancellationToken);
        var status = RequestLink.Status(response);
        return status is >= 200 and < 300
            ? token.ExpiresOn
            : throw AmqpErrors.From("amqp:unauthorized-access", $"The token for {audience} was refused with {status}.", endpoint.HubName);
    }

    private async Task KeepAuthorizedAsync(EventHubEndpoint endpoint, string audience, DateTimeOffset expires, TimeProvider time)
    {
        try
        {
            while (true)
            {
                var wait = expires - time.GetUtcNow() - RenewBefore;
                await Task.Delay(wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1), time, closing.Token);
                expires = await AuthorizeAsync(endpoint, audience, time, closing.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The connection is being closed.
        }
        catch (Exception)
        {
            // Without a fresh token the hub drops the links; closing now makes the reader reconnect, which reports the reason.
            _ = connection.CloseAsync(TimeSpan.Zero, null);
        }
    }
}
