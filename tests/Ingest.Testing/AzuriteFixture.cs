using Ingest.Testing.Node;
using Xunit;

namespace Ingest.Testing;

/// <summary>
/// One Azurite for all the tests of an assembly (a collection or class fixture); tests keep apart by names of their own.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private Azurite? azurite;

    /// <summary>The running Azurite.</summary>
    public Azurite Azurite => azurite ?? throw new InvalidOperationException("The fixture has not been initialized.");

    /// <summary>What storage clients connect with.</summary>
    public string ConnectionString => Azurite.ConnectionString;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await NodeModules.EnsureInstalledAsync();
        azurite = await Azurite.StartAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }
    }
}
