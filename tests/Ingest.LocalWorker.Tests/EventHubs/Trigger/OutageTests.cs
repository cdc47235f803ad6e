using Azure.Core;
using Ingest.LocalWorker.EventHubs.Amqp;
using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.LocalWorker.Settings;
using Ingest.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.EventHubs.Trigger;

[Collection(WorkerCollection.Name)]
public sealed class OutageTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Partitions_go_on_while_the_hosts_storage_is_down()
    {
        var mortal = new AzuriteFixture();
        await mortal.InitializeAsync();
        await using var hub = await HubUnderTest.StartAsync(mortal);
        hub.Append(0, 1);
        var script = new Script();
        await using var app = await LocalApp.StartAsync(
            [typeof(BatchFunctions)], hub.Settings, configure: builder => builder.Services.AddSingleton(script));
        await script.NextAsync();
        await Eventually.TrueAsync(() => hub.CheckpointAsync(), number => number == 0);

        await mortal.DisposeAsync();

        // The second one proves that the failed checkpoint of the first did not end the partition.
        for (var number = 1; number <= 2; number++)
        {
            hub.Append(0, 1);
            Assert.Equal(number, (await script.NextAsync()).Last);
        }
    }

    [Fact]
    public async Task Partitions_go_on_where_they_were_when_the_hub_comes_back()
    {
        await using var hub = await HubUnderTest.StartAsync(azurite, partitions: 2);
        hub.Append(0, 10);
        hub.Append(1, 10);
        var script = new Script();
        await using var app = await LocalApp.StartAsync(
            [typeof(BatchFunctions)], hub.Settings, configure: builder => builder.Services.AddSingleton(script));
        var attempts = await script.UntilAsync(20);

        hub.Emulator.Faults.RefuseConnections = true;
        hub.Emulator.Faults.DropConnections();
        hub.Append(0, 10);
        hub.Append(1, 10);
        hub.Emulator.Faults.RefuseConnections = false;

        attempts.AddRange(await script.UntilAsync(20));
        Assert.Equal(
            Enumerable.Range(0, 20).SelectMany(number => new[] { (long)number, number }),
            attempts.SelectMany(attempt => attempt.Events).Select(received => received.SequenceNumber).Order());
    }

    [Fact]
    public async Task An_identity_connection_uses_TLS_and_tokens_of_the_apps_credential()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["EventHub:fullyQualifiedNamespace"] = "n.servicebus.windows.net" }).Build();
        using var services = new ServiceCollection().AddSingleton<TokenCredential>(new FixedCredential()).BuildServiceProvider();

        var endpoint = EventHubConnections.Resolve(configuration.GetSection("EventHub"), "hub", services);

        Assert.Equal(("n.servicebus.windows.net", 5671, true, "hub"), (endpoint.Host, endpoint.Port, endpoint.UseTls, endpoint.HubName));
        var token = await endpoint.Tokens.GetAsync(endpoint.Audience("hub"), TimeProvider.System, CancellationToken.None);
        Assert.Equal(new CbsToken("jwt", "token for https://eventhubs.azure.net/.default", DateTimeOffset.UnixEpoch), token);
    }

    [Fact]
    public void An_identity_connection_without_any_credential_is_refused()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["EventHub:credential"] = "managedidentity" }).Build();
        using var services = new ServiceCollection().BuildServiceProvider();

        Assert.Throws<FunctionSetupException>(() => EventHubConnections.Resolve(configuration.GetSection("EventHub"), "hub", services));
    }

    [Fact]
    public async Task A_shared_access_token_is_signed_for_its_audience_and_expires_in_an_hour()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        var token = await new SharedKeyTokenSource("name", "key").GetAsync("sb://host/hub", time, CancellationToken.None);

        Assert.Equal("servicebus.windows.net:sastoken", token.Type);
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromHours(1), token.ExpiresOn);
        // HMAC-SHA256 of "sb%3A%2F%2Fhost%2Fhub\n1800003600" under "key", computed with openssl.
        Assert.Equal("SharedAccessSignature sr=sb%3A%2F%2Fhost%2Fhub&sig=kKVclMlJZmRuA8k6R%2F2wKxViuwp7KMWXM1yRGw%2BA70A%3D&se=1800003600&skn=name", token.Text);
    }

    private sealed class FixedCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new($"token for {requestContext.Scopes[0]}", DateTimeOffset.UnixEpoch);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
