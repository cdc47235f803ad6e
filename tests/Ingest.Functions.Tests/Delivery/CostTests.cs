using System.Collections.Concurrent;
using System.Diagnostics;
using Ingest.Testing;

namespace Ingest.Functions.Tests.Delivery;

/// <summary>Storage operations per batch, counted at the wire. docs/delivery.md names these numbers.</summary>
[Collection(LiveCollection.Name)]
public sealed class CostTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_batch_costs_two_writes_a_segment_and_one_of_the_row()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(2000);
        await app.DeliverAsync(0, 999);

        using var requests = new StorageRequests(app);
        await app.DeliverAsync(1000, 1999);

        // Two streams, one hour: two segments of five hundred rows, and nothing read.
        Assert.Equal(["PATCH row", "PUT blob", "PUT blob", "PUT blob", "PUT blob"], requests.Kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_redelivered_batch_costs_nothing()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);

        using var requests = new StorageRequests(app);
        await app.DeliverAsync(0, 9);

        Assert.Empty(requests.Kinds);
    }

    [Fact]
    public async Task A_sweep_of_an_idle_partition_costs_two_reads_of_the_row()
    {
        await using var app = await LiveApp.StartAsync(azurite);
        app.Append(10);
        await app.DeliverAsync(0, 9);
        await app.SweepAsync();
        await app.SweepAsync();

        using var requests = new StorageRequests(app);
        await app.SweepAsync();

        Assert.Equal(["GET row", "GET row"], requests.Kinds);
    }

    /// <summary>Every request of this process to the app's own containers and tables.</summary>
    private sealed class StorageRequests : IDisposable
    {
        private readonly ConcurrentQueue<string> kinds = [];
        private readonly ActivityListener listener;

        public StorageRequests(LiveApp app)
        {
            var suffix = app.Settings["Ingest__Storage__LakeContainer"]!["lake".Length..];
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "System.Net.Http",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    var (method, url) = ($"{activity.GetTagItem("http.request.method")}", $"{activity.GetTagItem("url.full")}");
                    if (url.Contains(suffix, StringComparison.Ordinal))
                    {
                        kinds.Enqueue($"{method} {KindOf(url)}");
                    }
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        public IReadOnlyCollection<string> Kinds => kinds;

        public void Dispose() => listener.Dispose();

        private static string KindOf(string url) => url.Contains("Progress", StringComparison.Ordinal) ? "row" : "blob";
    }
}
