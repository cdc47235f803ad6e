using Ingest.Cli.Demo;

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
}
