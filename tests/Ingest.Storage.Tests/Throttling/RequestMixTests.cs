using Azure.Core;
using Ingest.Storage.Throttling;

namespace Ingest.Storage.Tests.Throttling;

public sealed class RequestMixTests
{
    private static readonly RequestClass Row = new(RequestKind.Table);
    private static readonly RequestClass Segment = new(RequestKind.BlobWrite, 4);

    [Fact]
    public void A_turn_from_rows_to_segments_is_no_slow_down()
    {
        var (limit, now) = (new AdaptiveLimit(20, 200), 0.0);
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            // Phases of rows alone, of both and of segments alone.
            Answer(limit, ref now, (round / 20 % 3) switch { 0 => [Row], 1 => [Row, Segment], _ => [Segment] }, random, 1);
        }

        Assert.Equal(20, limit.Current);
    }

    [Fact]
    public void A_mix_that_changes_does_not_keep_the_limit_from_growing()
    {
        var (limit, now) = (new AdaptiveLimit(20, 200), 0.0);
        var random = new Random(1);

        // The first segments are slow, so that what is typical of them is judged badly from then on.
        Answer(limit, ref now, [Row], random, 1);
        Answer(limit, ref now, [Segment], random, 3);
        for (var round = 0; round < 600; round++)
        {
            limit.Sent(int.MaxValue);
            Answer(limit, ref now, (round / 20 % 3) switch { 0 => [Row], 1 => [Row, Segment], _ => [Segment] }, random, 1);
        }

        Assert.True(limit.Current > 100, $"The limit is {limit.Current}.");
    }

    [Fact]
    public void Segments_that_slow_down_lower_the_limit_although_rows_do_not()
    {
        var (limit, now) = (new AdaptiveLimit(3, 200), 0.0);
        var random = new Random(1);
        for (var round = 0; round < 20; round++)
        {
            Answer(limit, ref now, [Row, Segment], random, 1);
        }

        Answer(limit, ref now, [Row, Segment], random, 3);
        Answer(limit, ref now, [Row, Segment], random, 3);

        Assert.True(limit.Current < 3);
    }

    [Fact]
    public void A_limit_that_is_not_reached_does_not_grow()
    {
        var (limit, now) = (new AdaptiveLimit(20, 200), 0.0);
        for (var i = 0; i < 100; i++)
        {
            limit.Sent(19);
            limit.Succeeded(TimeSpan.FromSeconds(now += 0.01), Row, TimeSpan.FromSeconds(0.01));
        }

        Assert.Equal(20, limit.Current);
    }

    [Theory]
    [InlineData("Blob", "PUT", "?comp=block&blockid=x", 10_000_000, "BlobWrite", 4)]
    [InlineData("Blob", "PUT", "?comp=blocklist", 200, "BlobWrite", 0)]
    [InlineData("Blob", "GET", "?comp=list&restype=container", 0, "List", 0)]
    [InlineData("Blob", "GET", "?comp=blocklist", 0, "BlobRead", 0)]
    [InlineData("Blob", "HEAD", "", 0, "BlobRead", 0)]
    [InlineData("Table", "POST", "", 8192, "Table", 1)]
    [InlineData("Table", "GET", "", 0, "Table", 0)]
    public void Requests_are_told_apart_by_what_they_do_and_how_large_they_are(
        string service, string method, string query, int bytes, string kind, int size)
    {
        using var wire = new FakeWire(new StorageOptions(), TimeProvider.System);
        using var request = wire.Blobs.CreateRequest();
        request.Method = RequestMethod.Parse(method);
        request.Uri.Reset(new Uri("https://contoso.example/lake/a" + query));
        request.Content = bytes == 0 ? null : RequestContent.Create(new byte[bytes]);

        Assert.Equal(
            new RequestClass(Enum.Parse<RequestKind>(kind), size), RequestClass.Of(Enum.Parse<StorageService>(service), request));
    }

    /// <summary>Some intervals in which ten requests of each class are answered.</summary>
    private static void Answer(AdaptiveLimit limit, ref double now, RequestClass[] classes, Random random, double slowness)
    {
        for (var i = 0; i < 10; i++)
        {
            foreach (var requestClass in classes)
            {
                var seconds = (requestClass == Row ? 0.005 : 0.5) * (0.95 + (0.1 * random.NextDouble())) * slowness;
                now += 0.1;
                limit.Succeeded(TimeSpan.FromSeconds(now), requestClass, TimeSpan.FromSeconds(seconds));
            }
        }
    }
}
