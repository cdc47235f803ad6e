using System.IO.Compression;
using System.Text.RegularExpressions;
using Ingest.Cli.Doctor;
using Ingest.Cli.Plan;
using Ingest.Cli.Plan.Simulation;
using Ingest.Cli.Processes;

namespace Ingest.Cli.Tests.Plan;

public partial class PlannerTests
{
    private static readonly Assumptions Assumptions = Assumptions.Default;
    private static readonly Workload Telemetry = new(100_000, 600, 1, 1, 2, TimeSpan.FromSeconds(10), 0.01);

    public static TheoryData<double, int, int, double, double, int> Loads => new()
    {
        { 0.1, 100, 1, 1, 1, 10 },
        { 1000, 600, 1, 1, 2, 10 },
        { 1000, 60_000, 1, 1, 1.5, 10 },
        { 18_000, 600, 1, 1, 2, 10 },
        { 100_000, 600, 1, 1, 2, 10 },
        { 100_000, 600, 20, 5, 3, 10 },
        { 100_000, 600, 1, 1, 2, 2 },
        { 125_000, 600, 1, 1, 2, 60 },
        { 1_000_000, 600, 100, 8, 2, 10 },
        { 20, 900_000, 1, 1, 2, 30 },
    };

    [Theory, MemberData(nameof(Loads))]
    public void Every_plan_keeps_the_rules_that_doctor_and_the_templates_ask_for(double rate, int bytes, int records, double ratio, double peak, int lag)
    {
        var load = new Workload(rate, bytes, records, ratio, peak, TimeSpan.FromSeconds(lag), 0.01);
        Assert.Empty(Fit.Limits(load, Assumptions));

        var plan = Planner.Decide(load, 4, Assumptions);

        Assert.InRange(plan.Partitions, 4, plan.Capacity.MaximumPartitions);
        Assert.True(plan.Host.TargetUnprocessedEventThreshold > plan.Partitions * plan.Host.MaxEventBatchSize, "checkpoint debt");
        Assert.InRange(plan.Host.MinEventBatchSize, 1, plan.Host.MaxEventBatchSize - 1);
        Assert.True(plan.MaximumInstances >= plan.Partitions + 4 + 2);
        Assert.InRange(plan.AlwaysReady, 1, plan.Partitions);
        Assert.Contains(plan.AlwaysReady, ScaleController.Steps(plan.Partitions));
        Assert.True(plan.MeetsTarget, $"lag {plan.Day.HighestLag}");
        Assert.NotNull(plan.Day.CatchUp);
        var memory = new BatchMemory((plan.Partitions + plan.AlwaysReady - 1) / plan.AlwaysReady, records * bytes, plan.InstanceMegabytes);
        Assert.True(memory.NeededMegabytes(plan.Host.MaxEventBatchSize, plan.Host.PrefetchCount) <= memory.AllowedMegabytes, "memory");
        Assert.True(MonthlyCost.Of(plan, Assumptions).Total > 0);
    }

    [Fact]
    public void The_cheaper_tier_that_fits_is_taken()
    {
        Assert.Equal(("Standard", 2, 3), Chosen(Telemetry with { EventsPerSecond = 1000 }));
        Assert.Equal(("Standard", 20, 40), Chosen(Telemetry with { EventsPerSecond = 18_000 }));
        Assert.Equal(("Premium", 16, 16), Chosen(Telemetry));

        // 5 MB/s by the byte is one processing unit; by the event it would be 40 throughput units and more.
        Assert.Equal(("Premium", 1, 1), Chosen(Telemetry with { EventsPerSecond = 50_000, Bytes = 100 }));

        static (string, int, int) Chosen(Workload load) => Capacity.Choose(load, Assumptions) is { } c ? (c.Tier, c.Units, c.MaximumUnits) : default;
    }

    [Fact]
    public void What_does_not_fit_names_each_limit()
    {
        var limits = Fit.Limits(Telemetry with { EventsPerSecond = 1_000_000 }, Assumptions);

        Assert.Equal(2, limits.Count);
        Assert.Contains("40,000 events/s; the peak is 2,000,000", limits[0], StringComparison.Ordinal);
        Assert.Contains("80 MB/s; the average is 600", limits[1], StringComparison.Ordinal);
        Assert.Contains("20,000 table rows/s; the peak is 200,000", Assert.Single(Fit.Limits(Telemetry with { TableRows = 1 }, Assumptions)), StringComparison.Ordinal);
        Assert.Contains("may have 1,000,000 bytes; these have 6,000,000", Assert.Single(Fit.Limits(Telemetry with { RecordsPerEvent = 10_000 }, Assumptions)), StringComparison.Ordinal);
        Assert.Contains("in a peak; the peak is 170", Fit.Limits(Telemetry with { EventsPerSecond = 100_000, Bytes = 425, Peak = 4 }, Assumptions)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_and_packing_are_the_smallest_that_fit()
    {
        var million = Telemetry with { EventsPerSecond = 1_000_000 };

        Assert.Equal(8, Fit.Namespaces(million, Assumptions));
        Assert.NotEmpty(Fit.Limits(million.Share(7), Assumptions));
        Assert.Empty(Fit.Limits(million.Share(8), Assumptions));
        Assert.Equal(new PackingAdvice(20, 3.8, false, 2), Packing.Advise(million, Assumptions));
        Assert.Null(Packing.Advise(Telemetry with { TableRows = 1 }, Assumptions));
        Assert.Null(Fit.Namespaces(Telemetry with { Bytes = 2_000_000 }, Assumptions));
    }

    [Fact]
    public void A_packing_is_named_only_where_it_halves_the_cost_of_the_namespace()
    {
        var hundred = Telemetry with { EventsPerSecond = 100_000 };
        var cheaper = Packing.Cheaper(hundred, Assumptions)!;

        Assert.True(cheaper.Capacity.MonthlyCost < Capacity.Choose(hundred, Assumptions)!.MonthlyCost / 2);
        Assert.Empty(Fit.Limits(hundred with { RecordsPerEvent = cheaper.RecordsPerEvent, CompressionRatio = cheaper.CompressionRatio }, Assumptions));
        Assert.Null(Packing.Cheaper(hundred with { RecordsPerEvent = 20, CompressionRatio = 3.8 }, Assumptions));
        Assert.Null(Packing.Cheaper(Telemetry with { EventsPerSecond = 10 }, Assumptions));
    }

    [Fact]
    public void Packing_is_compressed_as_it_was_measured_on_our_telemetry()
    {
        var events = Ingest.Benchmarks.TelemetryEvents.Create(4000);
        Assert.All(Packing.Measured, measurement =>
        {
            var (records, ratio) = measurement;
            var packs = events.Chunk(records).Take(20).Select(pack => pack.SelectMany(e => (byte[])[.. e.Body.Span, (byte)'\n']).ToArray()).ToArray();
            var measured = packs.Sum(p => (double)p.Length) / packs.Sum(Compressed);
            Assert.True(Math.Abs(measured - ratio) <= 0.1, $"{records} records: {measured:0.00}, not {ratio}");
        });

        static double Compressed(byte[] pack)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(pack);
            }

            return packed.Length;
        }
    }

    [Fact]
    public void The_cost_of_a_record_is_that_of_the_committed_benchmark()
    {
        var report = File.ReadAllText(Path.Combine(Repository.FindRoot(), "benchmarks", "results", "compare.md"));
        var match = ParquetCost().Match(report);

        // The machine that measures is noisy, so the constant is not changed with each run.
        Assert.InRange(Assumptions.RecordNanosecondsPerByte, int.Parse(match.Groups["ns"].Value) / 301.0 / 2, int.Parse(match.Groups["ns"].Value) / 301.0 * 2);
    }

    [Fact]
    public void Assumptions_can_be_replaced_and_mistakes_in_them_have_a_line()
    {
        var given = Assumptions.With("mine.json", "{ \"premiumUnitHour\": 2, // negotiated\n }"u8.ToArray());

        Assert.Equal((2, "given"), (given.PremiumUnitHour, given.Values["premiumUnitHour"].Status));
        Assert.Equal(Assumptions.StandardUnitHour, given.StandardUnitHour);
        var mistakes = Assert.Throws<CommandException>(() => Assumptions.With("mine.json", "{\n\"premiumUnitHours\": 2,\n\"startSeconds\": -1 }"u8.ToArray())).Message;
        Assert.Contains("mine.json(2)", mistakes, StringComparison.Ordinal);
        Assert.Contains("Did you mean \"premiumUnitHour\"?", mistakes, StringComparison.Ordinal);
        Assert.Contains("mine.json(3)", mistakes, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"zstd, 9 more columns, validated\) (?<ns>\d+) ns/event")]
    private static partial Regex ParquetCost();
}
