using Ingest.Testing;

namespace Ingest.LocalWorker.Tests;

/// <summary>Tests that need storage share one Azurite; the others run beside them.</summary>
[CollectionDefinition(Name)]
public sealed class WorkerCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "worker";
}
