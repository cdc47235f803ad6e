using Ingest.Cli.Demo;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.Tests.Demo;

public class BrokenEventsTests
{
    [Fact]
    public void There_are_at_least_ten_kinds_with_names_of_their_own()
    {
        Assert.True(BrokenEvents.Kinds.Count >= 10);
        Assert.Equal(BrokenEvents.Kinds.Count, BrokenEvents.Kinds.Select(k => k.Kind).Distinct().Count());
    }

    [Fact]
    public void The_demo_sends_every_kind()
    {
        var sent = BrokenEvents.Take(DemoOptions.BrokenCount).ToList();

        Assert.Equal(DemoOptions.BrokenCount, sent.Count);
        Assert.Equal(BrokenEvents.Kinds.Select(k => k.Kind).Order(), sent.Select(e => e.Kind).Distinct().Order());
    }

    [Fact]
    public void A_wrong_reason_a_lost_and_a_foreign_event_are_each_told()
    {
        var found = BrokenEvents.Take(DemoOptions.BrokenCount)
            .Where(e => e.Kind != "nan")
            .Select(e => (e.Kind, Code: e.Kind == "cut-off" ? "schema" : e.Expected.ToText(), Events: 1L));

        var told = BrokenEvents.Compare([.. found, ("(not of the demo)", "malformed", 1)]);

        Assert.Equal(4, told.Count);
        Assert.Contains(told, t => t.Contains("nan", StringComparison.Ordinal));
        Assert.Equal(2, told.Count(t => t.Contains("cut-off", StringComparison.Ordinal)));
        Assert.Contains(told, t => t.Contains("not of the demo", StringComparison.Ordinal));
    }

    [Fact]
    public void The_expected_reasons_are_no_surprise() =>
        Assert.Empty(BrokenEvents.Compare(BrokenEvents.Take(DemoOptions.BrokenCount).Select(e => (e.Kind, e.Expected.ToText(), 1L))));
}
