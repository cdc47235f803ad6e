using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tables;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Tables;

public sealed class TableKeyTests
{
    [Theory]
    [InlineData("plain-Text_1|x", "plain-Text_1|x")]
    [InlineData("a/b\\c#d?e%f", "a%2Fb%5Cc%23d%3Fe%25f")]
    [InlineData("tab\tdel\u007fnel\u0085", "tab%09del%7Fnel%C2%85")]
    [InlineData("Größe 🚀", "Größe 🚀")]
    public void Forbidden_characters_are_percent_encoded_and_decode_back(string text, string key)
    {
        Assert.Equal(key, TableKeyEncoding.Encode(text));
        Assert.Equal(text, TableKeyEncoding.Decode(key));
    }

    [Property(MaxTest = 1000)]
    public void Every_text_decodes_back_and_its_key_has_no_forbidden_character(NonNull<string> text)
    {
        var key = TableKeyEncoding.Encode(text.Get);

        Assert.Equal(text.Get, TableKeyEncoding.Decode(key));
        using var utf8 = new Utf8Buffer(16);
        TableKeyEncoding.Encode(Encoding.UTF8.GetBytes(text.Get), utf8);
        Assert.Equal(Encoding.UTF8.GetBytes(key), utf8.Written.ToArray());
        Assert.DoesNotContain(key, c => c is '/' or '\\' or '#' or '?' || char.IsControl(c));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("a%2")]
    [InlineData("a%zz")]
    [InlineData("%C2x85")]
    public void A_text_that_is_no_key_is_refused(string key) => Assert.Throws<FormatException>(() => TableKeyEncoding.Decode(key));

    [Fact]
    public void A_template_renders_literals_columns_times_and_buckets()
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "a/b", 1.5, 7, 0);

        Assert.Equal("x%2Fa%2Fb", Render(batch, new KeyLiteral("x/"), new KeyColumn("deviceId")));
        Assert.Equal("telemetry%2F3%2F2%2F7%2F0", Render(batch, new KeyColumn("id")));
        Assert.Equal("2026112306", Render(batch, new KeyTimeFormat("yyyyMMddHH")));
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Batches.SixOClock + 1500);
        Assert.Equal($"{DateTime.MaxValue.Ticks - time.UtcTicks:D19}", Render(batch, new KeyTimeDescending()));
        Assert.Equal("2026-11-23T06:00:01.500000Z", Render(batch, new KeyColumn("createdAt")));
    }

    [Fact]
    public void A_newer_time_sorts_before_an_older_one()
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "a", 1, 1, 0);
        LatestStream.Add(batch, "a", 2, 2, 0);
        var template = new KeyTemplate("{time:desc}", [new KeyTimeDescending()]);
        var renderer = Renderer(batch, template);

        Assert.True(string.CompareOrdinal(KeyOf(renderer, 1).Key, KeyOf(renderer, 0).Key) < 0);
    }

    // The numbers are part of every user's keys: a change here would move all rows to other partitions.
    [Theory]
    [InlineData("device-1", 16, "05")]
    [InlineData("device-2", 16, "14")]
    [InlineData("Größe", 1000, "625")]
    [InlineData("device-1", 1, "0")]
    public void The_bucket_of_a_value_never_changes(string device, int buckets, string expected)
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, device, 1, 1, 0);

        Assert.Equal(expected, Render(batch, new KeyHash("deviceId", buckets)));
    }

    [Fact]
    public void Buckets_are_filled_evenly()
    {
        var batch = LatestStream.Batch();
        for (var i = 0; i < 16_000; i++)
        {
            LatestStream.Add(batch, "device-" + i, 1, i, 0);
        }

        var renderer = Renderer(batch, new KeyTemplate("", [new KeyHash("deviceId", 16)]));
        var counts = Enumerable.Range(0, batch.RowCount).GroupBy(row => KeyOf(renderer, row).Key).Select(g => g.Count()).ToList();

        Assert.Equal(16, counts.Count);
        Assert.All(counts, count => Assert.InRange(count, 800, 1200));
    }

    [Fact]
    public void A_key_without_a_value_or_beyond_one_kibibyte_is_a_store_limit()
    {
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, null, 1, 1, 0);
        LatestStream.Add(batch, new string('x', 512), 1, 2, 0);
        LatestStream.Add(batch, new string('x', 513), 1, 3, 0);
        var renderer = Renderer(batch, new KeyTemplate("{deviceId}", [new KeyColumn("deviceId")]));

        Assert.Contains("deviceId", KeyOf(renderer, 0).Problem, StringComparison.Ordinal);
        Assert.Null(KeyOf(renderer, 1).Problem);
        Assert.Contains("513", KeyOf(renderer, 2).Problem, StringComparison.Ordinal);
    }

    private static string Render(RecordBatch batch, params KeyPart[] parts)
    {
        var (key, problem) = KeyOf(Renderer(batch, new KeyTemplate("test", parts)), 0);
        Assert.Null(problem);
        return key;
    }

    private static (string Key, string? Problem) KeyOf(KeyRenderer renderer, int row)
    {
        using var key = new Utf8Buffer(16);
        var problem = renderer.Render(row, key);
        return (Encoding.UTF8.GetString(key.Written), problem);
    }

    private static KeyRenderer Renderer(RecordBatch batch, KeyTemplate template) =>
        new(template, batch, new EventTimes(batch, "createdAt"), Batches.Context);
}
