using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tests.Support;
using Ingest.Testing.Conformance;

namespace Ingest.Storage.Tests;

[Collection(StorageCollection.Name)]
public sealed class BlobSegmentStoreConformanceTests(AzuriteFixture fixture) : SegmentStoreConformance, IDisposable
{
    private readonly TestStorage storage = new(fixture.Azurite);

    protected override ILake Lake => storage.Lake;

    protected override ISegmentStore Segments => storage.Segments;

    public void Dispose() => storage.Dispose();
}

[Collection(StorageCollection.Name)]
public sealed class TableProgressStoreConformanceTests(AzuriteFixture fixture) : ProgressStoreConformance, IDisposable
{
    private readonly TestStorage storage = new(fixture.Azurite);

    protected override IProgressStore Progress => storage.Progress;

    public void Dispose() => storage.Dispose();
}
