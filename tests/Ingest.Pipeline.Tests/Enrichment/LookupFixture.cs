using System.Text;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Microsoft.Extensions.Time.Testing;

namespace Ingest.Pipeline.Tests.Enrichment;

/// <summary>A lookup "devices" on the column "key", its source, its observer and a clock that the test moves.</summary>
internal sealed class LookupFixture : IAsyncDisposable
{
    public static readonly LookupDefinition Devices = new("devices", "Devices", TimeSpan.FromMinutes(5));

    private readonly LookupCaches caches;

    public LookupFixture(bool quarantineMissing = false, LookupOptions? options = null)
    {
        var enrichment = new LookupEnrichment(Devices, ["key"], [new("site", "Site")], quarantineMissing) { OnPointers = ["/key"] };
        caches = new LookupCaches([enrichment], Source, Observer, options ?? new LookupOptions(), Clock);
        Enricher = caches.EnricherOf(enrichment);
    }

    public ScriptedLookupSource Source { get; } = new();

    public RecordingLookupObserver Observer { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public IEnricher Enricher { get; }

    /// <summary>The "site" of each row after enrichment, null where it is null.</summary>
    public async Task<IReadOnlyList<string?>> SitesOfAsync(params string?[] keys)
    {
        var batch = BatchOf(keys);
        await Enricher.EnrichAsync(batch, CancellationToken.None);
        return Texts(batch, "site");
    }

    public static RecordBatch BatchOf(params string?[] keys)
    {
        var batch = new RecordBatch("one", "v", [new("key", ColumnType.String)], [new("site", ColumnType.String)]);
        foreach (var (row, key) in keys.Index())
        {
            if (key is not null)
            {
                ((BytesColumn)batch["key"]).Append(Encoding.UTF8.GetBytes(key));
            }

            Commit(batch, row);
        }

        return batch;
    }

    public static void Commit(RecordBatch batch, int row)
    {
        var source = new IncomingEvent { Body = default, SequenceNumber = row, EnqueuedUnixMs = 0 };
        batch.CommitRow(in source, row, 0, default, default);
    }

    public static IReadOnlyList<string?> Texts(RecordBatch batch, string column)
    {
        var bytes = (BytesColumn)batch[column];
        Assert.Equal(batch.RowCount, bytes.Count);
        return [.. Enumerable.Range(0, bytes.Count).Select(row => bytes.IsNull(row) ? null : Encoding.UTF8.GetString(bytes[row]))];
    }

    public ValueTask DisposeAsync() => caches.DisposeAsync();
}
