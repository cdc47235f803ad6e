using Ingest.Storage.Lake;

namespace Ingest.Storage.Tests.Lake;

public sealed class SegmentBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256 * 1024)]
    [InlineData((256 * 1024) + 1)]
    [InlineData(1_000_000)]
    public async Task What_is_written_in_pieces_of_any_size_is_read_as_often_as_wanted(int length)
    {
        var expected = new byte[length];
        var random = new Random(length);
        random.NextBytes(expected);
        using var buffer = new SegmentBuffer(10_000_000);
        for (var written = 0; written < length;)
        {
            var count = Math.Min(random.Next(1, 100_000), length - written);
            buffer.Write(expected, written, count);
            written += count;
        }

        Assert.Equal(length, buffer.Length);
        for (var pass = 0; pass < 2; pass++)
        {
            buffer.Position = 0;
            using var copy = new MemoryStream();
            await buffer.CopyToAsync(copy, 70_001);
            Assert.Equal(expected, copy.ToArray());
        }

        buffer.Position = length / 2;
        Assert.Equal(length == 0 ? -1 : expected[length / 2], buffer.ReadByte());
    }

    [Fact]
    public void A_segment_beyond_the_limit_is_an_exception_that_names_the_setting()
    {
        using var buffer = new SegmentBuffer(1000);
        buffer.Write(new byte[1000]);

        var failure = Assert.Throws<InvalidOperationException>(() => buffer.Write(new byte[1]));

        Assert.Contains("Ingest__Storage__MaxSegmentBytes", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1000, buffer.Length);
    }
}
