using Ingest.Storage.Tables;

namespace Ingest.Storage.Tests.Tables;

public sealed class NewestKnownTests
{
    [Fact]
    public void It_never_remembers_more_than_its_capacity_and_keeps_what_is_in_use()
    {
        var known = new NewestKnown(100);
        for (var i = 0; i < 10_000; i++)
        {
            known.Remember(Key(i), Row(i));
            Assert.NotNull(known.Find(Key(0)));
            Assert.InRange(known.Count, 1, 100);
        }

        Assert.Equal(Row(9_999), known.Find(Key(9_999)));
        Assert.Null(known.Find(Key(5_000)));
    }

    [Fact]
    public void What_is_forgotten_is_gone_and_what_is_remembered_again_is_the_newer()
    {
        var known = new NewestKnown(100);
        known.Remember(Key(1), Row(1));
        known.Remember(Key(1), Row(2));
        Assert.Equal(Row(2), known.Find(Key(1)));

        known.Forget(Key(1));
        Assert.Null(known.Find(Key(1)));
    }

    [Fact]
    public void Without_capacity_it_remembers_nothing()
    {
        var known = new NewestKnown(0);
        known.Remember(Key(1), Row(1));
        Assert.Equal(0, known.Count);
    }

    private static (string Table, string PartitionKey, string RowKey) Key(int number) => ("t", "p", "r" + number);

    private static KnownRow Row(int number) => new("e" + number, new RecordOrder(number, 0, 1, 0, 0, 0));
}
