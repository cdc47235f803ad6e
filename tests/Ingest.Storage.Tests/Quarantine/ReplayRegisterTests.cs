using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Storage.Quarantine;
using Ingest.Storage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.Storage.Tests.Quarantine;

[Collection(StorageCollection.Name)]
public sealed class ReplayRegisterTests(AzuriteFixture fixture) : IDisposable
{
    private static readonly HashSet<ReplayState> Never = [];
    private static readonly HashSet<ReplayState> Unknown = [ReplayState.Unknown];
    private readonly TestStorage storage = new(fixture.Azurite);
    private readonly RecordOrigin record = new(new PartitionId("", "a hub#" + Guid.NewGuid().ToString("N"), 3), 2, 41, 7);

    private ReplayRegister Register => storage.Services.GetRequiredService<ReplayRegister>();

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task A_record_is_claimed_once_and_what_became_of_it_decides_who_may_send_it_again()
    {
        var mine = await Register.ClaimAsync(Claim("run 1"), Never, default);
        var other = await Register.ClaimAsync(Claim("run 2"), Never, default);
        Assert.Equal((ReplayState.New, true, ReplayState.Unknown, false), (mine.Before, mine.ETag is not null, other.Before, other.ETag is not null));
        Assert.Equal(storage.Time.GetUtcNow(), other.At);

        await Register.SettleAsync(record, mine.ETag!, isSent: true, default);
        Assert.Equal(ReplayState.Sent, await Register.StateAsync(record, default));
        Assert.Null((await Register.ClaimAsync(Claim("run 3"), Unknown, default)).ETag);
        var again = await Register.ClaimAsync(Claim("run 4"), new HashSet<ReplayState> { ReplayState.Sent }, default);
        Assert.Equal((ReplayState.Sent, true), (again.Before, again.ETag is not null));

        await Register.SettleAsync(record, again.ETag!, isSent: false, default);
        var refused = await Register.ClaimAsync(Claim("run 5"), Never, default);
        Assert.Equal((ReplayState.Refused, true), (refused.Before, refused.ETag is not null));
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_is_still_ones_own()
    {
        await Register.ClaimAsync(Claim("run 1"), Never, default);

        var retried = await Register.ClaimAsync(Claim("run 1"), Never, default);

        Assert.NotNull(retried.ETag);
    }

    [Fact]
    public async Task Of_many_runs_at_once_one_gets_the_record()
    {
        await Register.ClaimAsync(Claim("dead"), Never, default);

        var early = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Register.ClaimAsync(Claim($"run {i}"), Unknown, default)));
        storage.Time.Advance(ReplayRegister.MaxInFlight);
        var late = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Register.ClaimAsync(Claim($"run {i}"), Unknown, default)));

        Assert.All(early, answer => Assert.Null(answer.ETag));
        Assert.Single(late, answer => answer.ETag is not null);
    }

    [Fact]
    public async Task What_IoT_Hub_vouched_for_reads_back_with_its_types()
    {
        var device = new ReplayedDevice("größe-1", ReplayMark.HashOf("x"u8), new Dictionary<string, object?>
        {
            ["iothub-connection-device-id"] = "größe-1", ["iothub-enqueuedtime"] = new DateTime(2026, 11, 23, 6, 0, 0, DateTimeKind.Utc),
        });
        await Register.ClaimAsync(Claim("run", device), Never, default);

        var read = await Register.FindDeviceAsync(record, default);

        Assert.Equal((device.DeviceId, device.BodyHash), (read!.DeviceId, read.BodyHash));
        Assert.Equal(device.SystemProperties.OrderBy(p => p.Key), read.SystemProperties.OrderBy(p => p.Key));
        Assert.Null(await Register.FindDeviceAsync(record with { Index = 8 }, default));
    }

    private ReplayClaim Claim(string run, ReplayedDevice? device = null) => new(record, record, 1, "telemetry", run, device);
}
