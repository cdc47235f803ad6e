using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Xunit;

namespace Ingest.Testing.Conformance;

/// <summary>What every progress store must do, fakes included: derive, and give a fresh one to each test.</summary>
public abstract class ProgressStoreConformance
{
    private static readonly PartitionId Partition = new("contoso.servicebus.windows.net", "telemetry", 3);
    private static readonly PartitionProgress First = new() { Durable = -1, HubCreated = 1_700_000_000_000 };

    protected abstract IProgressStore Progress { get; }

    [Fact]
    public async Task There_is_no_row_before_the_first_and_only_one_first()
    {
        Assert.Null(await Progress.ReadAsync(Partition, default));

        var rows = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            Progress.TryInsertAsync(Partition, First with { Durable = i }, default))));

        var winner = Assert.Single(rows, row => row is not null);
        Assert.Equal(winner!.Durable, (await Progress.ReadAsync(Partition, default))!.Durable);
    }

    [Fact]
    public async Task A_row_reads_back_whole()
    {
        var row = await Progress.TryInsertAsync(Partition, First, default);
        var next = row! with
        {
            Durable = 5, Offset = "77", Pending = ["a", "b"], EnqueuedMax = 9, Epoch = 3, HubCreated = 4, Totals = new(1, 2, 3, 4),
            Skipped = [new(1, 1), new(3, 4)],
        };
        next = await Progress.TryReplaceAsync(Partition, next, default);

        var read = await Progress.ReadAsync(Partition, default);

        Assert.Equal(next!.Pending.AsEnumerable(), read!.Pending);
        Assert.Equal(next.Skipped.AsEnumerable(), read.Skipped);
        Assert.Equal(next with { Pending = [], Skipped = [] }, read with { Pending = [], Skipped = [], WrittenAt = null });
    }

    [Fact]
    public async Task Of_commits_on_one_row_exactly_one_goes_through_and_a_stale_one_never_does()
    {
        var row = await Progress.TryInsertAsync(Partition, First, default);

        var commits = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            Progress.TryReplaceAsync(Partition, row! with { Durable = i }, default))));

        var winner = Assert.Single(commits, commit => commit is not null);
        Assert.Null(await Progress.TryReplaceAsync(Partition, row! with { Durable = 99 }, default));
        Assert.Equal(winner!.Durable, (await Progress.ReadAsync(Partition, default))!.Durable);
    }

    [Fact]
    public async Task Partitions_do_not_share_a_row()
    {
        await Progress.TryInsertAsync(Partition, First with { Durable = 1 }, default);
        await Progress.TryInsertAsync(Partition with { Number = 4 }, First with { Durable = 2 }, default);
        await Progress.TryInsertAsync(Partition with { Hub = "other" }, First with { Durable = 3 }, default);

        Assert.Equal(1, (await Progress.ReadAsync(Partition, default))!.Durable);
    }

    [Fact]
    public async Task A_hold_changes_nothing_else()
    {
        await Progress.SetHoldAsync(Partition, "no row yet", default);
        Assert.Null(await Progress.ReadAsync(Partition, default));

        await Progress.TryInsertAsync(Partition, First with { Durable = 1 }, default);
        await Progress.SetHoldAsync(Partition, "numbers reused", default);
        await Progress.SetHoldAsync(Partition, null, default);

        Assert.Equal(1, (await Progress.ReadAsync(Partition, default))!.Durable);
    }
}
