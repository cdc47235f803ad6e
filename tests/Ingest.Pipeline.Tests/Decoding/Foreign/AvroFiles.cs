using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Ingest.Pipeline.Tests.Decoding.Foreign;

/// <summary>Container files of a size or a shape that a test chooses; what avsc writes is in <see cref="ForeignEvents"/>. Values are single chunks, lengths positive.</summary>
internal static class AvroFiles
{
    public const string BytesSchema = """{"type":"record","name":"R","fields":[{"name":"d","type":"bytes"}]}""";

    private const int SyncLength = 16;

    /// <summary>One record of <see cref="BytesSchema"/>.</summary>
    public static byte[] OneBytes(string codec, byte[] value) => Write(codec, BytesSchema, [(1, [.. Long(value.Length), .. value])]);

    /// <summary>Datum by datum in blocks of <paramref name="perBlock"/>.</summary>
    public static byte[] Of(string codec, string schema, IReadOnlyList<byte[]> data, int perBlock) =>
        Write(codec, schema, data.Chunk(perBlock).Select(some => (some.Length, some.SelectMany(d => d).ToArray())));

    /// <summary>Where each block's bytes lie, and how many records it has.</summary>
    public static List<(int Count, Range Data)> Blocks(byte[] file)
    {
        var at = HeaderLength(file) + SyncLength;
        List<(int, Range)> blocks = [];
        while (at < file.Length)
        {
            var (count, length) = ((int)Read(file, ref at), (int)Read(file, ref at));
            blocks.Add((count, at..(at + length)));
            at += length + SyncLength;
        }

        return blocks;
    }

    public static byte[] Long(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        List<byte> bytes = [];
        for (; rest > 0x7f; rest >>= 7)
        {
            bytes.Add((byte)(rest | 0x80));
        }

        return [.. bytes, (byte)rest];
    }

    public static byte[] Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public static byte[] Bytes(byte[] value) => [.. Long(value.Length), .. value];

    private static byte[] Write(string codec, string schema, IEnumerable<(int Count, byte[] Data)> blocks)
    {
        byte[] sync = [.. Enumerable.Range(1, SyncLength).Select(i => (byte)(i * 15))];
        using var file = new MemoryStream();
        file.Write([.. "Obj\u0001"u8, .. Long(2), .. Text("avro.codec"), .. Text(codec), .. Text("avro.schema"), .. Text(schema), 0, .. sync]);
        foreach (var (count, data) in blocks)
        {
            file.Write([.. Long(count), .. Bytes(Compress(codec, data)), .. sync]);
        }

        return file.ToArray();
    }

    private static byte[] Compress(string codec, byte[] data)
    {
        if (codec == "null")
        {
            return data;
        }

        if (codec == "zstandard")
        {
            using var zstd = new ZstdSharp.Compressor();
            return zstd.Wrap(data).ToArray();
        }

        Assert.Equal("snappy", codec);
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(data));
        return [.. Snappier.Snappy.CompressToArray(data), .. checksum];
    }

    private static int HeaderLength(byte[] file)
    {
        var at = 4;
        while (Read(file, ref at) is var count && count > 0)
        {
            for (; count > 0; count--)
            {
                Skip(file, ref at);
                Skip(file, ref at);
            }
        }

        return at;
    }

    private static void Skip(byte[] file, ref int at)
    {
        var length = (int)Read(file, ref at);
        at += length;
    }

    private static long Read(byte[] file, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = file[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
    }
}
