using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Tests;

public sealed class EventBatchTests
{
    private static readonly PartitionId Partition = new("localhost", "telemetry", 0);

    [Theory]
    [InlineData(new long[] { 0, 0, 1, 1, 2 }, new long[] { 0, 1, 2 })]
    [InlineData(new long[] { 5, 6, 7, 6, 7, 8 }, new long[] { 5, 6, 7, 8 })]
    [InlineData(new long[] { 3 }, new long[] { 3 })]
    [InlineData(new long[] { 3, 5, 9 }, new long[] { 3, 5, 9 })]
    public void Events_that_a_receiver_delivered_before_are_left_out(long[] received, long[] kept)
    {
        var batch = EventBatch.OfDelivery(Partition, [.. received.Select(Event)]);

        Assert.Equal(kept, batch.Events.ToArray().Select(e => e.SequenceNumber));
    }

    [Fact]
    public void Numbers_that_begin_anew_in_the_middle_are_left_to_the_gap_that_they_become()
    {
        var batch = EventBatch.OfDelivery(Partition, [Event(998), Event(999), Event(0), Event(1)]);

        Assert.Equal((998, 999), (batch.First, batch.Last));
    }

    [Fact]
    public void A_delivery_of_nothing_is_no_batch() => Assert.Throws<ArgumentException>(() => EventBatch.OfDelivery(Partition, []));

    private static IncomingEvent Event(long number) => new() { SequenceNumber = number, Body = ReadOnlyMemory<byte>.Empty, Offset = "0", EnqueuedUnixMs = 0 };
}
