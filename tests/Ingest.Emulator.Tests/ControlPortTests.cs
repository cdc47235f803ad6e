using System.Net.Sockets;
using Amqp.Framing;
using Ingest.Emulator.Control;
using Ingest.Emulator.Tests.Clients;

namespace Ingest.Emulator.Tests;

public sealed class ControlPortTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient client = new();
    private EventHubsEmulator emulator = null!;
    private ControlPort port = null!;
    private StreamReader answers = null!;

    public async Task InitializeAsync()
    {
        emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 2)] });
        port = ControlPort.Open(emulator, 0);
        await client.ConnectAsync("127.0.0.1", port.Port);
        answers = new StreamReader(client.GetStream());
    }

    public async Task DisposeAsync()
    {
        Dispose();
        await port.DisposeAsync();
        await emulator.DisposeAsync();
    }

    public void Dispose()
    {
        answers.Dispose();
        client.Dispose();
    }

    [Fact]
    public async Task A_line_steals_a_partition()
    {
        using var robbed = await RawPeer.OpenAsync(emulator);
        await robbed.AttachReceiverAsync(0, epoch: 1);

        Assert.Equal("ok 1", await AskAsync("steal telemetry $default 0"));
        Assert.Equal("amqp:link:stolen", (await robbed.ExpectAsync<Detach>()).Error.Condition.ToString());
    }

    [Fact]
    public async Task Lines_set_faults_and_clear_ends_them()
    {
        Assert.Equal("ok", await AskAsync("refuse-connections on"));
        Assert.Equal("ok", await AskAsync("latency 250"));
        Assert.True(emulator.Faults.RefuseConnections);
        Assert.Equal(TimeSpan.FromMilliseconds(250), emulator.Faults.Latency);

        Assert.Equal("ok", await AskAsync("clear"));
        Assert.False(emulator.Faults.RefuseConnections);
        Assert.Equal(TimeSpan.Zero, emulator.Faults.Latency);
    }

    [Fact]
    public async Task A_line_drops_the_connections_of_clients_and_not_its_own()
    {
        using var peer = await RawPeer.OpenAsync(emulator);

        Assert.Equal("ok 1", await AskAsync("drop-connections"));
        Assert.Null(await peer.ReadAsync());
        Assert.Equal("ok", await AskAsync("clear"));
    }

    [Fact]
    public async Task A_line_trims_a_partition_as_retention_does()
    {
        for (var i = 0; i < 5; i++)
        {
            emulator.GetHub("telemetry")[1].Append("x"u8);
        }

        Assert.Equal("ok", await AskAsync("trim telemetry 1 3"));
        Assert.Equal(3, emulator.GetHub("telemetry")[1].BeginningSequenceNumber);
    }

    [Fact]
    public async Task A_line_sets_the_clock_and_enqueued_times_never_go_back()
    {
        var partition = emulator.GetHub("telemetry")[1];
        Assert.Equal("ok", await AskAsync("clock 600000"));
        partition.Append("ahead"u8);
        var ahead = partition.Log.State.LastEnqueuedMs - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.Equal("ok", await AskAsync("clock -600000"));
        partition.Append("behind"u8);

        Assert.InRange(ahead, 540_000, 600_000);
        Assert.InRange(partition.Log.State.LastEnqueuedMs - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 480_000, 600_000);
    }

    [Theory]
    [InlineData("latency soon", "error: 'soon' is no number.")]
    [InlineData("steal nowhere $default 0", "error: There is no hub 'nowhere'.")]
    [InlineData("deliver-twice 0", "error: count*")]
    [InlineData("explode", "error: 'explode' with 0 arguments is no command; these are:*")]
    public async Task What_cannot_be_done_is_answered_with_an_error_and_the_port_goes_on(string line, string answer)
    {
        var said = await AskAsync(line);

        Assert.True(answer.EndsWith('*') ? said!.StartsWith(answer[..^1], StringComparison.Ordinal) : said == answer, said);
        Assert.Equal("ok", await AskAsync("latency 0"));
    }

    private async Task<string?> AskAsync(string line)
    {
        await client.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        return await answers.ReadLineAsync().WaitAsync(Patience);
    }
}
