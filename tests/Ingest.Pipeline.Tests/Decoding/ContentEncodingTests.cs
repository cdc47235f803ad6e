using System.IO.Compression;
using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Records;
using Ingest.Pipeline.Tests.Schemas;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Decoding;

public sealed class ContentEncodingTests
{
    private static readonly CompiledSchema Schema = Compiled.Schema("""{"properties":{"n":{"type":"integer"}}}""");

    // Random enough not to compress beyond the limit on the ratio, long enough to need several buffers.
    private static readonly string Lines = string.Concat(Enumerable.Range(0, 5000).Select(i => $"{{\"n\":{i},\"x\":\"{(i * 2654435761L) % 1000003:x}\"}}\n"));

    public static TheoryData<string> Encodings => ["gzip", "x-gzip", "deflate", "raw deflate", "br", "zstd", "GZIP"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_packed_and_compressed_event_becomes_its_records(string encoding)
    {
        var decoded = Decoded.Of(Schema, PayloadFormat.NdJson, null, Event(Compress(encoding, Lines), encoding), Event(Compress(encoding, "{\"n\":7}"), encoding));
        Assert.Empty(decoded.Refused);
        Assert.Equal(5001, decoded.Batch.RowCount);
        Assert.Equal(7L, decoded.Batch.Value("n", 5000));
        Assert.Equal("""{"n":0,"x":"0"}""", Encoding.UTF8.GetString(decoded.Batch.SourceOf(0).Bytes.Span));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_compressed_stream_that_is_cut_off_anywhere_is_malformed(string encoding)
    {
        var body = Compress(encoding, Lines[..20_000]);
        foreach (var length in Enumerable.Range(1, 40).Select(i => body.Length - i).Concat([1, 2, 5, 10, 17, 18, 19, body.Length / 2]))
        {
            var decoded = Decoded.Of(Schema, PayloadFormat.NdJson, null, Event(body[..length], encoding));
            Assert.True(decoded.Refused.Count == 1 && decoded.Fault.Code == FaultCode.Malformed, $"{length} of {body.Length}: {decoded.Refused.FirstOrDefault()?.Fault}");
            Assert.True(decoded.Refused[0].IsWholeEvent);
            Assert.Equal(body[..length], decoded.Refused[0].Body.ToArray());
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public void Bytes_that_are_not_compressed_are_malformed(string encoding) =>
        Assert.Equal(FaultCode.Malformed, Decoded.Of(Schema, PayloadFormat.NdJson, null, Event("{\"n\":1} and then some more text"u8.ToArray(), encoding)).Fault.Code);

    [Theory]
    [InlineData("compress")]
    [InlineData("gzip, br")]
    [InlineData("lz4")]
    public void An_unknown_encoding_is_named(string encoding)
    {
        var fault = Decoded.Of(Schema, PayloadFormat.Json, null, Event("{\"n\":1}"u8.ToArray(), encoding)).Fault;
        Assert.Equal(FaultCode.UnsupportedEncoding, fault.Code);
        Assert.Contains(encoding, fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("")]
    public void Identity_is_no_encoding(string encoding) =>
        Assert.Equal(1L, Decoded.Of(Schema, PayloadFormat.Json, null, Event("{\"n\":1}"u8.ToArray(), encoding))["n"]);

    [Fact]
    public void The_encoding_may_be_a_system_property_and_the_senders_own_property_wins()
    {
        var system = new Dictionary<string, object> { ["content-encoding"] = "gzip" };
        var e = new IncomingEvent { Body = Compress("gzip", "{\"n\":1}"), SequenceNumber = 1, EnqueuedUnixMs = 1, SystemProperties = system };
        Assert.Equal(1L, Decoded.Of(Schema, PayloadFormat.Json, null, e)["n"]);
        e = new IncomingEvent { Body = Compress("br", "{\"n\":1}"), SequenceNumber = 1, EnqueuedUnixMs = 1, SystemProperties = system, Properties = new Dictionary<string, object> { ["content-encoding"] = "br" } };
        Assert.Equal(1L, Decoded.Of(Schema, PayloadFormat.Json, null, e)["n"]);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_bomb_is_refused_in_constant_memory(string encoding)
    {
        var bomb = Compress(encoding, new string(' ', 64 * 1024 * 1024));
        var options = new DecodingOptions { MaxDecompressedBytes = 1024 * 1024, MaxCompressionRatio = 100_000 };
        Measured.Allocates(
            8 * 1024 * 1024, () => Assert.Equal(FaultCode.TooLarge, Decoded.Of(Schema, PayloadFormat.NdJson, options, Event(bomb, encoding)).Fault.Code));
        var byRatio = Decoded.Of(Schema, PayloadFormat.NdJson, new DecodingOptions(), Event(bomb, encoding)).Fault;
        Assert.Equal(FaultCode.TooLarge, byRatio.Code);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public void A_body_exactly_at_the_limit_is_accepted(string encoding)
    {
        var text = "{\"n\":1}" + new string(' ', 4096 - 7);
        var options = new DecodingOptions { MaxDecompressedBytes = 4096, MaxCompressionRatio = 1000 };
        Assert.Equal(1L, Decoded.Of(Schema, PayloadFormat.Json, options, Event(Compress(encoding, text), encoding))["n"]);
        Assert.Equal(FaultCode.TooLarge, Decoded.Of(Schema, PayloadFormat.Json, options, Event(Compress(encoding, text + " "), encoding)).Fault.Code);
    }

    [Fact]
    public void A_refused_record_of_a_compressed_event_has_its_own_decompressed_bytes()
    {
        var decoded = Decoded.Of(Schema, PayloadFormat.NdJson, null, Event(Compress("zstd", "{\"n\":1}\n{\"n\":x}"), "zstd"));
        var refused = Assert.Single(decoded.Refused);
        Assert.Equal((1, false, "{\"n\":x}"), (refused.Index, refused.IsWholeEvent, Encoding.UTF8.GetString(refused.Body.Span)));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Damaged_content_is_never_lost_and_does_not_spoil_the_next(string encoding)
    {
        var random = new Random(7);
        var good = Compress(encoding, Lines[..3000]);
        using var decoder = new RecordDecoder("test", PayloadFormat.NdJson, Schema, new DecodingOptions());
        for (var round = 0; round < 500; round++)
        {
            var bad = (byte[])good.Clone();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            var batch = new RecordBatch("test", "0", Schema.Columns);
            List<QuarantinedRecord> refused = [];
            decoder.Decode(Event(bad, encoding), 0, batch, refused);
            Assert.True(batch.RowCount + refused.Count > 0);
            var before = (batch.RowCount, refused.Count);
            decoder.Decode(Event(good, encoding), 1, batch, refused);
            Assert.True(batch.RowCount - before.RowCount > 100, refused.LastOrDefault()?.Fault.ToString());
            batch.Clear();
        }
    }

    [Fact]
    public void Several_zstd_frames_are_one_content()
    {
        byte[] body = [.. Compress("zstd", "{\"n\":1}\n"), .. Compress("zstd", "{\"n\":2}\n")];
        Assert.Equal(2, Decoded.Of(Schema, PayloadFormat.NdJson, null, Event(body, "zstd")).Batch.RowCount);
    }

    private static IncomingEvent Event(byte[] body, string encoding) => Decoded.Event(body, 1, encoding == "raw deflate" ? "deflate" : encoding);

    private static byte[] Compress(string encoding, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (encoding == "zstd")
        {
            using var compressor = new ZstdSharp.Compressor();
            return compressor.Wrap(bytes).ToArray();
        }

        using var target = new MemoryStream();
        using (Stream stream = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(target, CompressionLevel.Optimal, leaveOpen: true),
            "raw deflate" => new DeflateStream(target, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(target, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return target.ToArray();
    }
}
