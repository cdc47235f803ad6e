using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Ingest.Storage.Parquet;
using ZstdSharp;

namespace Ingest.Storage.Tests.Parquet;

public sealed class ZstdPagesTests
{
    [Property(MaxTest = 200, StartSize = 1_000_000, EndSize = 1_000_000)]
    public void Any_page_decompresses_to_itself_and_so_does_its_body_behind_another_head(PositiveInt seed)
    {
        var random = new Random(seed.Get);
        var page = Page(random);
        var head = random.Next(Math.Min(page.Length, 200) + 1);
        var characters = head + random.Next(Math.Min(page.Length - head, 200) + 1);
        using ByteBuffer packed = new();
        using ByteBuffer again = new();
        using var pages = ZstdPages.Rent();
        packed.Write(7);

        var body = pages.Write(page, head, characters, packed);

        Assert.Equal(page, Decompress(packed.Written[1..]));
        if (page.Length > head)
        {
            ZstdPages.Write("another"u8, page.Length - head, packed.Written[body..], again);
            Assert.Equal([.. "another"u8, .. page[head..]], Decompress(again.Written));
        }
    }

    [WideFact]
    public void Many_bytes_at_once_are_encoded_as_one_after_the_other()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            // Some with bytes that no sample holds, some with the one beyond 127 that a code can have.
            var random = new Random(seed);
            var symbols = random.Next(2, 60);
            var text = new byte[random.Next(1024, 5000)];
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (byte)('A' + (random.Next(symbols) * random.Next(symbols) / symbols));
            }

            for (var strange = seed % 4; strange > 0; strange--)
            {
                text[random.Next(text.Length)] = (byte)(seed % 3 == 0 ? 128 : random.Next(128));
            }

            using ZstdLiterals wide = new(isWide: true);
            using ZstdLiterals narrow = new(isWide: false);
            using ByteBuffer atOnce = new();
            using ByteBuffer oneByOne = new();
            wide.Write(text, atOnce);
            narrow.Write(text, oneByOne);

            Assert.Equal(oneByOne.Written, atOnce.Written);
        }
    }

    [Fact]
    public void Random_hexadecimal_digits_take_little_more_than_half_a_byte_each()
    {
        var random = new Random(1);
        var page = new byte[300_000];
        for (var i = 0; i < page.Length; i++)
        {
            page[i] = (byte)"0123456789abcdef"[random.Next(16)];
        }

        Assert.InRange(Pack(page), 150_000, 151_000);
    }

    [Fact]
    public void A_character_that_no_sample_holds_costs_a_little_and_breaks_nothing()
    {
        var page = new byte[100_000];
        new Random(1).NextBytes(page);
        for (var i = 0; i < page.Length; i++)
        {
            page[i] = (byte)('0' + (page[i] % 10));
        }

        // The sample takes 64 bytes of each 512.
        var without = Pack(page);
        page[50_000 / 512 * 512 + 100] = (byte)'~';

        // One of the ten digits gives up a bit for it.
        Assert.InRange(Pack(page), without, without + 2000);
    }

    [Fact]
    public void Texts_that_repeat_are_searched_for_matches()
    {
        var page = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 10_000).Select(i => $"telemetry/3/2/{i}/0")));

        Assert.InRange(Pack(page), 1, page.Length / 5);
    }

    private static int Pack(byte[] page)
    {
        using ByteBuffer packed = new();
        using var pages = ZstdPages.Rent();
        pages.Write(page, 0, 0, packed);
        Assert.Equal(page, Decompress(packed.Written));
        return packed.Length;
    }

    private static byte[] Decompress(ReadOnlySpan<byte> frame)
    {
        using Decompressor decompressor = new();
        return decompressor.Unwrap(frame).ToArray();
    }

    private static byte[] Page(Random random)
    {
        var length = random.Next(5) switch { 0 => random.Next(10), 1 => random.Next(3000), 2 => 131_072 * random.Next(1, 3), _ => random.Next(400_000) };
        var (alphabet, first) = (random.Next(3) switch { 0 => 2, 1 => 20, _ => random.Next(1, 257) }, random.Next(256));
        var skew = random.Next(1, 12);
        var page = new byte[length];
        for (var i = 0; i < length; i++)
        {
            page[i] = (byte)(first + (int)(alphabet * Math.Pow(random.NextDouble(), skew)));
        }

        return page;
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class WideFactAttribute : FactAttribute
    {
        public WideFactAttribute() => Skip = WideHuffman.IsSupported ? null : "This processor has no AVX-512 VBMI.";
    }
}
