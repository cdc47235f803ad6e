using System.Net.Sockets;
using System.Text;
using Ingest.Cli.Processes;

namespace Ingest.Cli.Chaos;

/// <summary>Speaks to the emulator's control port (docs/architecture.md, "Without Azure"). Safe for many callers.</summary>
public sealed class EmulatorControl : IDisposable
{
    private readonly TcpClient client = new();

    // A line and its answer belong together.
    private readonly SemaphoreSlim gate = new(1, 1);
    private StreamReader? answers;

    public static async Task<EmulatorControl> ConnectAsync(EmulatorServer emulator, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(emulator);
        var control = new EmulatorControl();
        var port = emulator.ControlPort ?? throw new InvalidOperationException("The emulator was started without a control port.");
        await control.client.ConnectAsync("127.0.0.1", port, cancellationToken).ConfigureAwait(false);
        control.answers = new StreamReader(control.client.GetStream());
        return control;
    }

    /// <exception cref="InvalidOperationException">The emulator does not know the command or cannot do it.</exception>
    public async Task SendAsync(string command, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(command + "\n"), cancellationToken).ConfigureAwait(false);
            var answer = await answers!.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (answer?.StartsWith("ok", StringComparison.Ordinal) != true)
            {
                throw new InvalidOperationException($"The emulator answered '{command}' with '{answer}'.");
            }
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        answers?.Dispose();
        client.Dispose();
        gate.Dispose();
    }
}
