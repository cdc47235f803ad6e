using Ingest.Emulator;
using Xunit;

namespace Ingest.Testing.Emulators;

/// <summary>
/// An Event Hubs emulator of its own in this process, on a free port, with the hub <c>telemetry</c> of four partitions and others
/// created on first use.
/// </summary>
public sealed class EmulatorFixture : IAsyncLifetime
{
    private EventHubsEmulator? emulator;

    /// <summary>The hub there is from the start.</summary>
    public const string Hub = "telemetry";

    /// <summary>The running emulator.</summary>
    public EventHubsEmulator Emulator => emulator ?? throw new InvalidOperationException("The fixture has not been initialized.");

    /// <summary>What clients connect with.</summary>
    public string ConnectionString => Emulator.ConnectionString;

    /// <inheritdoc/>
    public async Task InitializeAsync()
        => emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions(Hub)], CreateHubsOnFirstUse = true });

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (emulator is not null)
        {
            await emulator.DisposeAsync();
        }
    }
}
