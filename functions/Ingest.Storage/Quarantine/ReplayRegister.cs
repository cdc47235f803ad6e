using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Quarantine;
using Ingest.Storage.Tables;

namespace Ingest.Storage.Quarantine;

/// <summary>How far the replay of a record came.</summary>
public enum ReplayState
{
    /// <summary>Nobody has sent it.</summary>
    New,

    /// <summary>Somebody was about to send it and did not write down what became of it.</summary>
    Unknown,

    /// <summary>The hub has accepted it.</summary>
    Sent,

    /// <summary>The hub has said that it does not take it.</summary>
    Refused,
}

/// <summary>A record that is about to be sent.</summary>
/// <param name="From">The quarantined record: the key of the row.</param>
/// <param name="Hub">Where it is sent.</param>
/// <param name="Run">Name of the run that sends it, different for each run.</param>
/// <param name="Device">What IoT Hub had vouched for; null where it came from no device.</param>
public sealed record ReplayClaim(RecordOrigin From, RecordOrigin First, int Generation, string Hub, string Run, ReplayedDevice? Device);

/// <summary>The answer to a claim.</summary>
/// <param name="Before">How far an earlier run came.</param>
/// <param name="At">When that run claimed it; meaningless for <see cref="ReplayState.New"/>.</param>
/// <param name="ETag">To settle it; null: it is not ours to send.</param>
public sealed record ReplayAnswer(ReplayState Before, DateTimeOffset At, string? ETag);

/// <summary>
/// The table of replays: one row a quarantined record, written before it is sent. PartitionKey is <c>{hub}/{partition}/{epoch}</c>
/// (encoded), RowKey <c>{sequence:D19}-{index:D10}</c>. Thread-safe.
/// </summary>
public sealed class ReplayRegister : IReplayRegister
{
    /// <summary>A claim younger than this may be another run's that is still waiting for the hub's answer: nobody takes it over.</summary>
    public static readonly TimeSpan MaxInFlight = TimeSpan.FromMinutes(2);

    // What a text property of a table may hold, in characters.
    private const int MaxText = 32 * 1024;
    private const string Sending = "sending";

    private readonly TableClients tables;
    private readonly StorageOptions options;
    private readonly TimeProvider time;

    internal ReplayRegister(TableClients tables, StorageOptions options, TimeProvider time)
    {
        this.tables = tables;
        this.options = options;
        this.time = time;
    }

    /// <summary>Whether the register can hold what IoT Hub had vouched for.</summary>
    public static bool Fits(ReplayedDevice device) => (AmqpValueJson.Write(NotNull(device))?.Length ?? 0) <= MaxText;

    /// <summary>How far a record's replay came, without changing it.</summary>
    public async Task<ReplayState> StateAsync(RecordOrigin from, CancellationToken cancellationToken) =>
        await FindAsync(from, cancellationToken).ConfigureAwait(false) is { } row ? StateOf(row) : ReplayState.New;

    /// <summary>Writes down that the record is about to be sent, unless an earlier run may have sent it.</summary>
    /// <param name="again">States of an earlier run in which it is claimed all the same; one that was refused always is.</param>
    public async Task<ReplayAnswer> ClaimAsync(ReplayClaim claim, IReadOnlySet<ReplayState> again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(again);
        var table = await tables.EnsureAsync(options.ReplayTable, cancellationToken).ConfigureAwait(false);
        var entity = ToEntity(claim);
        try
        {
            var response = await table.AddEntityAsync(entity, cancellationToken).ConfigureAwait(false);
            return new ReplayAnswer(ReplayState.New, default, response.Headers.ETag?.ToString());
        }
        catch (RequestFailedException failure) when (failure is { Status: 409, ErrorCode: "EntityAlreadyExists" })
        {
            return await ReclaimAsync(table, claim, entity, again, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes down what became of it.</summary>
    /// <param name="etag">Of the claim. Where somebody has claimed it again since, their row stays.</param>
    public async Task SettleAsync(RecordOrigin from, string etag, bool isSent, CancellationToken cancellationToken)
    {
        var table = await tables.EnsureAsync(options.ReplayTable, cancellationToken).ConfigureAwait(false);
        var (partitionKey, rowKey) = KeysOf(from);
        try
        {
            await table.UpdateEntityAsync(
                new TableEntity(partitionKey, rowKey) { ["State"] = isSent ? "sent" : "refused" }, new ETag(etag), TableUpdateMode.Merge,
                cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException failure) when (failure.Status is 404 or 412)
        {
            // Also the answer to our own write whose first answer was lost.
        }
    }

    public async Task<ReplayedDevice?> FindDeviceAsync(RecordOrigin from, CancellationToken cancellationToken) =>
        await FindAsync(from, cancellationToken).ConfigureAwait(false) is { } row && row.GetString("Device") is { } device
            ? new ReplayedDevice(device, row.GetString("BodyHash") ?? "", row.GetString("System") is { } system ? AmqpValueJson.Read(system) : new Dictionary<string, object?>())
            : null;

    private async Task<ReplayAnswer> ReclaimAsync(
        TableClient table, ReplayClaim claim, TableEntity entity, IReadOnlySet<ReplayState> again, CancellationToken cancellationToken)
    {
        var known = (await table.GetEntityAsync<TableEntity>(entity.PartitionKey, entity.RowKey, cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
        var (state, at) = (StateOf(known), known.GetDateTimeOffset("At") ?? default);
        if (state == ReplayState.Unknown && known.GetString("Run") == claim.Run)
        {
            // Our own write, tried twice because its first answer was lost.
            return new ReplayAnswer(ReplayState.New, default, known.ETag.ToString());
        }

        var isUnderWay = state == ReplayState.Unknown && time.GetUtcNow() - at < MaxInFlight;
        if (isUnderWay || (state != ReplayState.Refused && !again.Contains(state)))
        {
            return new ReplayAnswer(state, at, null);
        }

        try
        {
            var response = await table.UpdateEntityAsync(entity, known.ETag, TableUpdateMode.Replace, cancellationToken).ConfigureAwait(false);
            return new ReplayAnswer(state, at, response.Headers.ETag?.ToString());
        }
        catch (RequestFailedException failure) when (failure.Status is 404 or 412)
        {
            // Somebody else is at it at this moment.
            return new ReplayAnswer(ReplayState.Unknown, time.GetUtcNow(), null);
        }
    }

    private async Task<TableEntity?> FindAsync(RecordOrigin from, CancellationToken cancellationToken)
    {
        var table = await tables.EnsureAsync(options.ReplayTable, cancellationToken).ConfigureAwait(false);
        var (partitionKey, rowKey) = KeysOf(from);
        var response = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancellationToken).ConfigureAwait(false);
        return response.HasValue ? response.Value : null;
    }

    private TableEntity ToEntity(ReplayClaim claim)
    {
        var (partitionKey, rowKey) = KeysOf(claim.From);
        var entity = new TableEntity(partitionKey, rowKey)
        {
            ["State"] = Sending,
            ["Run"] = claim.Run,
            ["At"] = time.GetUtcNow(),
            ["First"] = claim.First.ToString(),
            ["Generation"] = claim.Generation,
            ["Hub"] = claim.Hub,
        };
        if (claim.Device is { } device)
        {
            entity["Device"] = device.DeviceId;
            entity["BodyHash"] = device.BodyHash;
            entity["System"] = AmqpValueJson.Write(NotNull(device)) ?? JsonSerializer.Serialize(new { });
        }

        return entity;
    }

    private static IEnumerable<KeyValuePair<string, object>> NotNull(ReplayedDevice device) =>
        device.SystemProperties.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value!));

    private static (string PartitionKey, string RowKey) KeysOf(RecordOrigin from) => (
        TableKeyEncoding.Encode(string.Create(CultureInfo.InvariantCulture, $"{from.Partition.Hub}/{from.Partition.Number}/{from.Epoch}")),
        string.Create(CultureInfo.InvariantCulture, $"{from.Sequence:D19}-{from.Index:D10}"));

    private static ReplayState StateOf(TableEntity row) => row.GetString("State") switch
    {
        "sent" => ReplayState.Sent,
        "refused" => ReplayState.Refused,
        _ => ReplayState.Unknown,
    };
}
