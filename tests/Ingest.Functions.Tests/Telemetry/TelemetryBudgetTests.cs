using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Ingest.Functions.Tests.Telemetry;

/// <summary>The real exporter against a fake ingestion endpoint, time compressed: what arrives is what would be billed.</summary>
[Collection(TelemetryCollection.Name)]
public class TelemetryBudgetTests(ITestOutputHelper output)
{
    private const int BatchSize = 2_000;

    [Theory]
    [InlineData(1, 67)]
    [InlineData(1_000, 5)]
    [InlineData(100_000, 3)]
    public async Task The_telemetry_of_one_instance_stays_within_its_budget(int eventsPerSecond, int minutes)
    {
        await using var app = await InstrumentedApp.StartAsync();
        var options = app.Services.GetRequiredService<TelemetryOptions>();
        var sent = 0L;
        for (var minute = 1; minute <= minutes; minute++)
        {
            var due = (long)eventsPerSecond * 60 * minute / BatchSize;
            var inMinute = due - sent;
            for (var i = 0; i < inMinute; i++)
            {
                app.Process((int)sent++);
                app.Time.Advance(TimeSpan.FromMinutes(1.0 / inMinute));
                if (i % 100 == 99)
                {
                    app.FlushSpansAndLogs();
                }
            }

            if (inMinute == 0)
            {
                app.Time.Advance(TimeSpan.FromMinutes(1));
            }

            app.Logger.HubNotSwept(new TimeoutException("no answer"), "telemetry");
            app.Sweep();
            app.FlushSpansAndLogs();
            app.FlushMetrics();
        }

        var items = app.Insights.Items;
        foreach (var group in items.GroupBy(i => i.Type))
        {
            output.WriteLine($"{group.Key}: {group.Count()} items, {group.Sum(i => (long)i.Bytes) / minutes} bytes a minute, {group.Average(i => i.Bytes):F0} each");
        }

        // What one minute leaves over the next may use.
        var budget = ((minutes + 1L) * options.BytesPerMinute) + (sent * BatchSize / 1_000 * options.BytesPerThousandEvents);
        output.WriteLine($"{items.Sum(i => (long)i.Bytes)} of {budget} bytes");
        Assert.InRange(items.Sum(i => (long)i.Bytes), 1, budget);

        // Metrics and warnings never go.
        Assert.Equal(sent * BatchSize, Sum(items, "ingest.events.received"));
        Assert.Equal(sent * BatchSize, Sum(items, "ingest.events.committed"));
        Assert.Equal(minutes * InstrumentedApp.Partitions, items.Count(i => i.Metrics.Contains("ingest.lag.events")));
        Assert.Equal(minutes, items.Count(i => i.Type is "MessageData" or "ExceptionData" && i.Body.GetProperty("severityLevel").GetString() == "Warning"));

        // And the budget is not held by sending next to nothing.
        Assert.Contains(items, i => i.IsSpan);
        Assert.Contains(items, i => i.Type == "MessageData");
    }

    [Fact]
    public async Task Spans_go_before_information_and_errors_never()
    {
        await using var app = await InstrumentedApp.StartAsync(("Ingest:Telemetry:BytesPerMinute", "20000"), ("Ingest:Telemetry:BytesPerThousandEvents", "0"));
        var budget = app.Services.GetRequiredService<TelemetryBudget>();

        budget.TrySpend(TelemetryKind.Essential, 11_000);
        app.Process(0);
        app.FlushSpansAndLogs();
        Assert.DoesNotContain(app.Insights.Items, i => i.IsSpan);
        Assert.Single(app.Insights.Items, i => i.Type == "MessageData");

        budget.TrySpend(TelemetryKind.Essential, 10_000);
        app.Process(0);
        app.Logger.Held(new("ns", "telemetry", 0), "a reason");
        app.Logger.HubNotSwept(new TimeoutException("no answer"), "telemetry");
        app.FlushSpansAndLogs();
        Assert.DoesNotContain(app.Insights.Items, i => i.IsSpan);
        Assert.Equal(["Critical", "Information", "Warning"], app.Insights.Items.Select(i => i.Body.GetProperty("severityLevel").GetString()).Order());

        // A minute later there is room again.
        app.Time.Advance(TimeSpan.FromMinutes(2));
        app.Process(0);
        app.FlushSpansAndLogs();
        Assert.Equal(7, app.Insights.Items.Count(i => i.IsSpan));
        app.FlushMetrics();
        Assert.Equal(14, Sum(app.Insights.Items, "ingest.telemetry.dropped", ("kind", "span")));
    }

    [Fact]
    public async Task Levels_that_the_settings_ask_for_hold_beside_the_budget()
    {
        await using var app = await InstrumentedApp.StartAsync(("Logging:LogLevel:Default", "Information"), ("Logging:LogLevel:Ingest.Pipeline", "Debug"), ("Logging:LogLevel:Chatty", "Error"));
        var chatty = app.Services.GetRequiredService<Microsoft.Extensions.Logging.ILoggerFactory>().CreateLogger("Chatty");

        app.Process(0);
        chatty.Overtaken(new("ns", "telemetry", 1));
        chatty.HubNotSwept(new TimeoutException("no answer"), "telemetry");
        app.FlushSpansAndLogs();

        Assert.Equal(["100", "107"], app.Insights.Items.Select(i => i.Property("EventId")).OfType<string>().Order());
    }

    [Fact]
    public async Task Estimates_are_what_arrives_and_rather_more()
    {
        await using var app = await InstrumentedApp.StartAsync(("Ingest:Telemetry:BytesPerMinute", "100000000"));
        var budget = new CountingBudget(app);
        for (var i = 0; i < InstrumentedApp.Partitions; i++)
        {
            app.Process(i);
        }

        app.Sweep();
        app.FlushSpansAndLogs();
        app.FlushMetrics();

        var actual = app.Insights.Items.Sum(i => (long)i.Bytes);
        output.WriteLine($"{budget.Spent} estimated, {actual} arrived");
        Assert.InRange(budget.Spent, actual, actual * 3 / 2);
    }

    private static double Sum(IEnumerable<TelemetryItem> items, string metric, params (string Name, string Value)[] tags) => items
        .Where(i => i.Metrics.Contains(metric) && tags.All(tag => i.Property(tag.Name) == tag.Value))
        .Sum(i => i.Body.GetProperty("metrics")[0].GetProperty("value").GetDouble());

    /// <summary>Finds out by asking how much has been spent since it was made.</summary>
    private sealed class CountingBudget(InstrumentedApp app)
    {
        private readonly TelemetryBudget budget = app.Services.GetRequiredService<TelemetryBudget>();

        public long Spent
        {
            get
            {
                // The balance is known no closer than by what it can still take down to zero.
                var (low, high) = (0L, 100_000_000L);
                while (low < high)
                {
                    var middle = (low + high + 1) / 2;
                    if (budget.TrySpend(TelemetryKind.Information, middle))
                    {
                        budget.TrySpend(TelemetryKind.Essential, -middle);
                        low = middle;
                    }
                    else
                    {
                        high = middle - 1;
                    }
                }

                return 100_000_000L - low;
            }
        }
    }
}
