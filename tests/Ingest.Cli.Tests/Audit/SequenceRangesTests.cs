using FsCheck.Xunit;
using Ingest.Cli.Audit;

namespace Ingest.Cli.Tests.Audit;

public class SequenceRangesTests
{
    [Property]
    public void Ranges_agree_with_a_set_of_numbers((byte First, byte Length)[] added, byte probeFirst, byte probeLength)
    {
        var ranges = new SequenceRanges();
        var model = new HashSet<long>();
        foreach (var (first, length) in added)
        {
            var range = new SequenceRange(first, first + (length % 40) - 1);
            var expectedOverlap = Numbers(range).Count(model.Contains);
            Assert.Equal(expectedOverlap, ranges.Add(range));
            model.UnionWith(Numbers(range));
        }

        var probe = new SequenceRange(probeFirst, probeFirst + probeLength);
        Assert.Equal(model.Count, ranges.Count);
        Assert.Equal(model.Order(), ranges.Ranges.SelectMany(Numbers));
        Assert.Equal(Numbers(probe).Count(model.Contains), ranges.CountWithin(probe));
        Assert.Equal(Numbers(probe).Where(n => !model.Contains(n)), ranges.Missing(probe).SelectMany(Numbers));
        Assert.All(Numbers(probe), n => Assert.Equal(model.Contains(n), ranges.Contains(n)));
        Assert.All(ranges.Ranges.Zip(ranges.Ranges.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
    }

    [Fact]
    public void A_partition_without_losses_is_one_range()
    {
        var ranges = new SequenceRanges();
        for (var i = 0; i < 100_000; i++)
        {
            ranges.Add(new(i, i));
        }

        Assert.Equal(new SequenceRange(0, 99_999), Assert.Single(ranges.Ranges));
    }

    private static IEnumerable<long> Numbers(SequenceRange range)
    {
        for (var n = range.First; n <= range.Last; n++)
        {
            yield return n;
        }
    }
}
