using Ingest.Cli.Audit;

namespace Ingest.Cli.Tests.Audit;

public sealed class RecurringIdsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(97)]
    [InlineData(1_000_000)]
    public void The_count_is_that_of_a_set_whether_the_ids_fit_into_memory_or_not(int capacity)
    {
        var random = new Random(7);
        string[] streams = ["two", "one", "none"];
        var added = Enumerable.Range(0, 5000).Select(_ => (Stream: streams[random.Next(2)], Id: $"id-{random.Next(3000)}")).ToList();
        using var ids = new RecurringIds(capacity);
        ids.Add("none", ["", "id-1"]);
        Parallel.ForEach(added.Chunk(100), some =>
        {
            foreach (var group in some.GroupBy(a => a.Stream))
            {
                ids.Add(group.Key, group.Select(a => a.Id));
            }
        });

        var counts = ids.Count();

        long Repeats(string stream) => added.Count(a => a.Stream == stream) - added.Where(a => a.Stream == stream).Distinct().Count();
        Assert.Equal([("none", 0L), ("one", Repeats("one")), ("two", Repeats("two"))], counts.Select(c => (c.Key, c.Value)));
        Assert.True(Repeats("one") > 500);
    }
}
