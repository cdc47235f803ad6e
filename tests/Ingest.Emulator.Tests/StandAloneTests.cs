using System.Diagnostics;
using Ingest.Testing.Node;

namespace Ingest.Emulator.Tests;

public sealed class StandAloneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task It_says_when_it_listens_and_stops_cleanly_when_terminated()
    {
        using var process = Process.Start(Start("--port", "0", "--hub", "telemetry:4", "--create-hubs", "--control-port", "0"))!;
        try
        {
            var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            Assert.Matches(@"^listening on 127\.0\.0\.1:\d+ Endpoint=sb://localhost:\d+;.*UseDevelopmentEmulator=true$", ready);
            Assert.Matches(@"^control on 127\.0\.0\.1:\d+$", await process.StandardOutput.ReadLineAsync().WaitAsync(Patience));
            using var terminate = Process.Start("kill", ["-TERM", process.Id.ToString()]);
            await process.WaitForExitAsync().WaitAsync(Patience);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [Theory]
    [InlineData("'--what' is not an argument", "--what")]
    [InlineData("--port needs a number, not 'x'", "--port", "x")]
    [InlineData("--hub needs a value", "--hub")]
    [InlineData("must be 1-1024", "--hub", "telemetry:2000")]
    [InlineData("PartitionByteCap 0 must be", "--create-hubs", "--partition-cap", "0")]
    [InlineData("--control-port 70000 must be 0-65535", "--create-hubs", "--control-port", "70000")]
    [InlineData("at least one --hub")]
    public async Task Bad_arguments_end_with_2_and_say_why(string reason, params string[] args)
    {
        var result = await ChildProcess.RunAsync(Start(args), Patience);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(reason, result.Error);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_port_in_use_ends_with_3_and_one_sentence()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions());
        var result = await ChildProcess.RunAsync(Start("--port", emulator.Port.ToString(), "--create-hubs"), Patience);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal($"Port {emulator.Port} is in use by another process; choose another one.", result.Error.Trim());
        await Assert.ThrowsAsync<EmulatorException>(() => EventHubsEmulator.StartAsync(new EmulatorOptions { Port = emulator.Port }));
    }

    private static ProcessStartInfo Start(params string[] args)
        => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ingest.Emulator.dll"), .. args]) { RedirectStandardOutput = true };
}
