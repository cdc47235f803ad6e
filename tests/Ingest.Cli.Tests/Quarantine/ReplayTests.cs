using System.Text;
using Ingest.Cli.Audit;
using Ingest.Cli.Quarantine;
using Ingest.LocalWorker.EventHubs;
using Ingest.Pipeline.Events;
using Ingest.Storage.Quarantine;
using Ingest.Testing;
using Ingest.Testing.Emulators;

namespace Ingest.Cli.Tests.Quarantine;

public sealed class ReplayTests(AzuriteFixture azurite, EmulatorFixture emulator) : IClassFixture<AzuriteFixture>, IClassFixture<EmulatorFixture>, IAsyncLifetime
{
    private static readonly QuarantineFilter Everything = new();
    private readonly QuarantineWorld world = QuarantineWorld.Create(azurite, emulator);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_replayed_record_has_its_original_bytes_properties_and_key_and_says_where_it_comes_from()
    {
        await world.QuarantineAsync(QuarantineWorld.Refused(
            7, "\u0001not json", key: "key-1", contentType: "application/x-mine",
            properties: new Dictionary<string, object> { ["type"] = "t", ["n"] = 5L, ["content-encoding"] = "gzip" },
            system: new Dictionary<string, object> { ["x-opt-sequence-number"] = 7L, ["message-id"] = "m", ["subject"] = "s", ["my-note"] = "x", ["iothub-forged"] = "y" }));

        var (code, json) = await world.JsonAsync("replay");

        Assert.Equal((ExitCode.Fine, 1L, 1L, 0L), (code, json.GetProperty("quarantined").GetInt64(), json.GetProperty("sent").GetInt64(), json.GetProperty("unknown").GetInt64()));
        var sent = Assert.Single(await world.SentAsync());
        var origin = $"{world.Hub.Name}/0/1/7/0";
        Assert.Equal("\u0001not json", Encoding.UTF8.GetString(sent.Body.Span));
        Assert.Equal(("key-1", "application/x-mine", "m"), (sent.PartitionKey, sent.ContentType, sent.MessageId));
        Assert.Equal(
            new Dictionary<string, object>
            {
                ["type"] = "t", ["n"] = 5L, ["content-encoding"] = "gzip", ["x-ingest-replay-of"] = origin, ["x-ingest-replay-from"] = origin, ["x-ingest-replay-generation"] = 1,
            }.OrderBy(p => p.Key, StringComparer.Ordinal),
            sent.Properties.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Equal(("s", "x", false), (sent.SystemProperties["subject"], sent.SystemProperties["my-note"], sent.SystemProperties.ContainsKey("iothub-forged")));
    }

    [Fact]
    public async Task Run_twice_each_record_is_sent_once_and_again_only_on_demand()
    {
        await world.QuarantineAsync([.. Enumerable.Range(0, 150).Select(i => QuarantineWorld.Refused(i))]);

        var first = await world.JsonAsync("replay");
        var second = await world.JsonAsync("replay");
        var unknown = await world.JsonAsync("replay", "--again", "unknown");
        Assert.Equal((ExitCode.Fine, 150, 0, 0), (second.Code, first.Json.GetProperty("sent").GetInt32(), second.Json.GetProperty("sent").GetInt32(), unknown.Json.GetProperty("sent").GetInt32()));
        Assert.Equal(150, second.Json.GetProperty("already").GetInt32());
        Assert.Equal(150, (await world.SentAsync()).Count);

        var again = await world.JsonAsync("replay", "--again", "all", "--limit", "3");

        Assert.Equal(3, again.Json.GetProperty("sent").GetInt32());
        Assert.Equal(153, (await world.SentAsync()).Count);
    }

    [Fact]
    public async Task A_dry_run_sends_nothing_writes_nothing_down_and_needs_no_hub()
    {
        await world.QuarantineAsync(QuarantineWorld.Refused(0), QuarantineWorld.Refused(1), QuarantineWorld.Refused(2, code: FaultCode.AbsentUpstream));

        var (code, json) = await world.JsonAsync("replay", "--dry-run");

        Assert.Equal((ExitCode.No, true, 2, 0, 1), (code, json.GetProperty("dryRun").GetBoolean(), json.GetProperty("wouldSend").GetInt32(), json.GetProperty("sent").GetInt32(), json.GetProperty("refused").GetInt32()));
        Assert.Equal(-1, world.Hub[0].LastSequenceNumber);
        Assert.Equal(ReplayState.New, await world.Stored.Replays.StateAsync(Origin(0), default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_is_killed_between_register_and_answer_is_reported_and_sent_again_only_on_demand(bool hadArrived)
    {
        await world.QuarantineAsync(QuarantineWorld.Refused(0), QuarantineWorld.Refused(1), QuarantineWorld.Refused(2));
        await using var hubs = Hubs();
        await Assert.ThrowsAsync<KilledException>(() => RunAsync(async (hub, outgoing, token) =>
        {
            var isFirst = (string)outgoing.Properties[ReplayMark.FromProperty]! == Origin(0).ToString();
            var result = isFirst || hadArrived ? await hubs.SendAsync(hub, outgoing, token) : default;
            return isFirst ? result : throw new KilledException();
        }, world.StoredEarlier));

        var (code, json) = await world.JsonAsync("replay");

        Assert.Equal((ExitCode.No, 0, 1, 2), (code, json.GetProperty("sent").GetInt32(), json.GetProperty("already").GetInt32(), json.GetProperty("unknown").GetInt32()));
        Assert.Equal([Origin(1).ToString(), Origin(2).ToString()], json.GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("origin").GetString()));
        Assert.Contains("--again unknown", json.GetProperty("problems")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(hadArrived ? 3 : 1, (await world.SentAsync()).Count);
        if (!hadArrived)
        {
            Assert.Equal(2, (await world.JsonAsync("replay", "--again", "unknown")).Json.GetProperty("sent").GetInt32());
            Assert.Equal([0, 1, 2], (await world.SentAsync()).Select(e => int.Parse(((string)e.Properties[ReplayMark.OfProperty]).Split('/')[3], null)).Order());
        }
    }

    [Fact]
    public async Task A_run_that_the_user_stops_writes_down_what_it_sent_and_the_next_one_sends_the_rest()
    {
        await world.QuarantineAsync([.. Enumerable.Range(0, 20).Select(i => QuarantineWorld.Refused(i))]);
        await using var hubs = Hubs();
        using var stop = new CancellationTokenSource();
        var sent = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(
            async (hub, outgoing, _) =>
            {
                var result = await hubs.SendAsync(hub, outgoing, default);
                if (++sent == 5)
                {
                    await stop.CancelAsync();
                }

                return result;
            },
            cancellationToken: stop.Token, perSecond: 10));

        var (code, json) = await world.JsonAsync("replay");

        Assert.Equal((ExitCode.Fine, 0), (code, json.GetProperty("unknown").GetInt32()));
        Assert.Equal(20, json.GetProperty("sent").GetInt32() + json.GetProperty("already").GetInt32());
        Assert.Equal(Enumerable.Range(0, 20).Select(i => Origin(i).ToString()).Order(StringComparer.Ordinal), (await world.SentAsync()).Select(e => (string)e.Properties[ReplayMark.FromProperty]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_unreachable_hub_exits_3_and_nothing_stays_unknown()
    {
        await world.QuarantineAsync(QuarantineWorld.Refused(0));
        using var output = new StringWriter();
        string[] nowhere = ["quarantine", "replay", "--hub", world.Hub.Name, "--data", azurite.ConnectionString, "--event-hub", "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true"];

        Assert.Equal(ExitCode.CannotBeDone, await CommandLine.RunAsync(nowhere, output, output, TimeProvider.System, default));
        Assert.Equal(1, (await world.JsonAsync("replay")).Json.GetProperty("sent").GetInt32());
    }

    [Fact]
    public async Task What_the_hub_refuses_is_named_and_the_others_go_on()
    {
        await world.QuarantineAsync(QuarantineWorld.Refused(0), QuarantineWorld.Refused(1, new string('x', 1_100_000)), QuarantineWorld.Refused(2));

        var (code, json) = await world.JsonAsync("replay");

        Assert.Equal((ExitCode.No, 2, 1), (code, json.GetProperty("sent").GetInt32(), json.GetProperty("refused").GetInt32()));
        Assert.Contains("the hub takes at most", json.GetProperty("problems")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_came_back_keeps_its_first_origin_and_after_five_times_stays()
    {
        static Dictionary<string, object> Mark(int generation) =>
            new() { ["x-ingest-replay-of"] = "old/3/1/4/2", ["x-ingest-replay-from"] = "old/3/1/9/0", ["x-ingest-replay-generation"] = generation };
        await world.QuarantineAsync(QuarantineWorld.Refused(0, properties: Mark(4)), QuarantineWorld.Refused(1, properties: Mark(5)));

        var (code, json) = await world.JsonAsync("replay");

        Assert.Equal((ExitCode.No, 1), (code, json.GetProperty("refused").GetInt32()));
        var sent = Assert.Single(await world.SentAsync());
        Assert.Equal(("old/3/1/4/2", Origin(0).ToString(), 5), (sent.Properties["x-ingest-replay-of"], sent.Properties["x-ingest-replay-from"], sent.Properties["x-ingest-replay-generation"]));
    }

    [Fact]
    public async Task A_part_of_a_packed_event_is_sent_as_an_event_of_its_own_without_the_encoding_that_was_undone()
    {
        var folder = Directory.CreateTempSubdirectory("ingest-replay-");
        var streams = Path.Combine(folder.FullName, "streams.json");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "s.json"), """{ "type": "object" }""");
        await File.WriteAllTextAsync(streams, """{ "streams": [ { "name": "arrays", "format": "json-array", "schema": "s.json" } ] }""");
        await world.QuarantineAsync(
            QuarantineWorld.Refused(0, index: 3, whole: false, stream: "arrays", properties: new Dictionary<string, object> { ["content-encoding"] = "gzip" }),
            QuarantineWorld.Refused(1, index: 1, whole: false, stream: null, code: FaultCode.UnknownStream, body: """{"n":2}"""),
            QuarantineWorld.Refused(2, index: 1, whole: false, stream: "arrays", body: "{broken"));

        var (code, json) = await world.JsonAsync("replay", "--streams", streams);

        folder.Delete(recursive: true);
        Assert.Equal((ExitCode.No, 2, 1), (code, json.GetProperty("sent").GetInt32(), json.GetProperty("refused").GetInt32()));
        var sent = await world.SentAsync();
        Assert.Equal(["""[{"n":1}]""", """[{"n":2}]"""], sent.Select(e => Encoding.UTF8.GetString(e.Body.Span)));
        Assert.All(sent, e => Assert.False(e.Properties.ContainsKey("content-encoding")));
        Assert.Equal($"{world.Hub.Name}/0/1/0/3", sent[0].Properties["x-ingest-replay-of"]);
    }

    [Fact]
    public async Task A_device_event_goes_to_the_telemetry_hub_and_the_register_vouches_for_its_device()
    {
        var device = new PartitionId("ns", "devices", 0);
        var sequence = Math.Abs(world.Hub.Name.GetHashCode(StringComparison.Ordinal));
        var record = QuarantineWorld.Refused(sequence % 1000, system: new Dictionary<string, object>
        {
            ["iothub-connection-device-id"] = "pump-1", ["iothub-enqueuedtime"] = new DateTime(2026, 11, 23, 6, 0, 0, DateTimeKind.Utc), ["correlation-id"] = "c",
        });
        await world.QuarantineAsync(device, [record], withSummary: false);
        await using var hubs = Hubs();
        var plan = new ReplayPlan(new ReplayTarget(world.Hub.Name, "devices", null), () => null, world.Stored.Replays, "run");
        await RunAsync(hubs.SendAsync, plan: plan, filter: Everything with { Hub = "devices", Origin = new RecordOrigin(device with { Namespace = "" }, 1, sequence % 1000, 0) });

        var sent = Assert.Single(await world.SentAsync());
        var origin = RecordOrigin.TryParse((string)sent.Properties["x-ingest-replay-from"])!.Value;
        var known = await world.Stored.Replays.FindDeviceAsync(origin, default);

        Assert.Equal("pump-1", sent.Properties["x-ingest-replay-device"]);
        Assert.DoesNotContain(sent.SystemProperties.Keys, k => k.StartsWith("iothub-", StringComparison.Ordinal));
        Assert.Equal(("pump-1", ReplayMark.HashOf(sent.Body.Span)), (known!.DeviceId, known.BodyHash));
        Assert.Equal(new DateTime(2026, 11, 23, 6, 0, 0, DateTimeKind.Utc), known.SystemProperties["iothub-enqueuedtime"]);
    }

    [Fact]
    public async Task A_forged_device_in_quarantine_is_not_replayed()
    {
        await world.QuarantineAsync(QuarantineWorld.Refused(0, code: FaultCode.IdentityMismatch, properties: new Dictionary<string, object>
        {
            ["x-ingest-replay-of"] = Origin(5).ToString(), ["x-ingest-replay-from"] = Origin(5).ToString(), ["x-ingest-replay-device"] = "pump-1",
        }));

        var (code, json) = await world.JsonAsync("replay");

        Assert.Equal((ExitCode.No, 0), (code, json.GetProperty("sent").GetInt32()));
        Assert.Contains("the register of replays does not confirm", json.GetProperty("problems")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    private RecordOrigin Origin(long sequence) => new(new PartitionId("", world.Hub.Name, 0), 1, sequence, 0);

    private ReplayHubs Hubs() => new(Settings.DataSettings.Of(("EventHub", emulator.ConnectionString)), TimeProvider.System);

    private Task<ReplayReport> RunAsync(
        SendToHub send, StoredData? stored = null, CancellationToken cancellationToken = default, ReplayPlan? plan = null, QuarantineFilter? filter = null,
        double? perSecond = null)
    {
        stored ??= world.Stored;
        plan ??= new ReplayPlan(new ReplayTarget("telemetry", "devices", null), () => null, stored.Replays, Guid.NewGuid().ToString());
        var run = new ReplayRun(plan, stored.Replays, send, new ReplayOptions(false, perSecond, new HashSet<ReplayState>()), TimeProvider.System, TextWriter.Null);
        return run.RunAsync(new QuarantineRecords(world.Stored).RowsAsync(filter ?? Everything with { Hub = world.Hub.Name }, long.MaxValue, cancellationToken), cancellationToken);
    }

    private sealed class KilledException : Exception;
}
