namespace Ingest.Emulator.Tests.JavaScript;

public sealed class JavaScriptErrorTests
{
    [Theory]
    [InlineData(EmulatorOptions.SmallestMaxFrameSize)]
    [InlineData(EmulatorOptions.LargestMaxFrameSize)]
    public async Task The_SDK_gets_the_error_that_the_service_would_give(int maxFrameSize)
    {
        await using var emulator = await EventHubsEmulator.StartAsync(
            new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)], MaxFrameSize = maxFrameSize });

        var result = await Script.RunAsync<Errors>(emulator, "errors");

        Assert.Equal("MessageTooLargeError", result.Oversize);
        Assert.Equal("ok", result.AfterOversize);
        Assert.Equal("ok", result.FullBatch);
        Assert.Equal("ArgumentOutOfRangeError", result.BadPartition);
        Assert.Equal("ArgumentOutOfRangeError", result.BadPartitionProperties);
        Assert.Equal("MessagingEntityNotFoundError", result.NoHub);
        Assert.Equal("MessagingEntityNotFoundError", result.NoHubProperties);
        Assert.True(result.FullBatchEvents > 400);
        Assert.Equal(1 + result.FullBatchEvents, emulator.GetHub("telemetry")[0].LastSequenceNumber + 1);
    }

    [Theory]
    [InlineData("com.microsoft:server-busy", true)]
    [InlineData("com.microsoft:timeout", true)]
    [InlineData("amqp:unauthorized-access", true)]
    [InlineData("amqp:resource-limit-exceeded", false)]
    [InlineData("amqp:not-found", false)]
    public async Task A_send_rejected_once_is_retried_when_the_condition_allows_it(string condition, bool retried)
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)] });
        emulator.Faults.RejectSends(condition, count: 1);

        var result = await Script.RunAsync<Sent>(emulator, "send");

        Assert.Equal(retried, result.Result == "ok");
        Assert.Equal(retried ? 0 : -1, emulator.GetHub("telemetry")[0].LastSequenceNumber);
    }

    [Fact]
    public async Task Refused_tokens_and_attaches_are_retried()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1)] });
        emulator.Faults.RefuseTokens(1);

        Assert.Equal("ok", (await Script.RunAsync<Sent>(emulator, "send")).Result);

        emulator.Faults.RefuseAttaches("com.microsoft:server-busy", 1);

        Assert.Equal("ok", (await Script.RunAsync<Sent>(emulator, "send")).Result);
    }

    private sealed record Errors(
        string Oversize, string AfterOversize, string FullBatch, int FullBatchEvents, string BadPartition, string BadPartitionProperties,
        string NoHub, string NoHubProperties);

    private sealed record Sent(string Result);
}
