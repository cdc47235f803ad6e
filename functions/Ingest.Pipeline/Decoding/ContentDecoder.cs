using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Decoding;

/// <summary>Decompressed bytes in a pooled buffer; disposing gives it back.</summary>
internal sealed class DecodedContent(byte[] buffer, int length) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}

/// <summary>What <see cref="ContentDecoder"/> can undo.</summary>
internal enum ContentCodec
{
    Gzip,

    /// <summary>zlib's format, or the bare one.</summary>
    Deflate,
    RawDeflate,
    Brotli,
    Zstd,
    Snappy,
}

/// <summary>Undoes an event's <c>content-encoding</c> within the limits. Not thread-safe.</summary>
internal sealed class ContentDecoder(DecodingOptions options) : IDisposable
{
    private const string HeaderName = "content-encoding";
    private const int SmallestBuffer = 4096;
    private ZstdSharp.Decompressor? zstd;

    /// <summary>The encoding that the event names, in lower case; null where it names none. The sender's own property wins.</summary>
    public static string? EncodingOf(in IncomingEvent source)
    {
        object? value = null;
        if (source.Properties?.TryGetValue(HeaderName, out value) != true && source.SystemProperties?.TryGetValue(HeaderName, out value) != true)
        {
            return null;
        }

        var name = value?.ToString()?.Trim().ToLowerInvariant();

        // IoT Hub keeps the character set here, and sets it on all that it sends by itself.
        return name is null or "" or "identity" or "utf-8" or "utf8" or "us-ascii" ? null : name;
    }

    /// <summary>null and a fault where the content is unknown, corrupt or too large.</summary>
    public DecodedContent? Decode(ReadOnlyMemory<byte> body, string encoding, out Fault fault)
    {
        ContentCodec? codec = encoding switch
        {
            "gzip" or "x-gzip" => ContentCodec.Gzip,
            "deflate" => ContentCodec.Deflate,
            "br" => ContentCodec.Brotli,
            "zstd" => ContentCodec.Zstd,
            _ => null,
        };
        if (codec is { } known)
        {
            return Decode(body, known, options.MaxDecompressedBytes, out fault);
        }

        fault = new Fault(
            FaultStage.Decode, FaultCode.UnsupportedEncoding, $"The content encoding {encoding} is not supported; supported are gzip, deflate, br and zstd.");
        return null;
    }

    /// <param name="atMost">Decompressed bytes to accept: of an event that holds several compressed parts, what is left of the limit.</param>
    public DecodedContent? Decode(ReadOnlyMemory<byte> body, ContentCodec codec, int atMost, out Fault fault)
    {
        var target = new Target(body.Length, options, atMost);
        var completed = false;
        try
        {
            var problem = codec switch
            {
                ContentCodec.Gzip => Inflate(new GZipStream(new SourceStream(body), CompressionMode.Decompress), body, isGzip: true, target),
                ContentCodec.Deflate => Inflate(Deflate(body, out var source), source, target),
                ContentCodec.RawDeflate => Inflate(RawDeflate(body, out var raw), raw, target),
                ContentCodec.Brotli => Brotli(body.Span, target),
                ContentCodec.Zstd => Zstd(body.Span, target),
                _ => Snappy(body.Span, target),
            };
            fault = problem is { } found ? new Fault(FaultStage.Decode, found.Code, found.Detail) : default;
            completed = problem is null;
            return completed ? target.ToContent() : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or ZstdSharp.ZstdException)
        {
            fault = new Fault(FaultStage.Decode, FaultCode.Malformed, $"The body is not valid {codec.ToString().ToLowerInvariant()}: {exception.Message}");
            return null;
        }
        finally
        {
            if (!completed)
            {
                target.Release();
            }
        }
    }

    public void Dispose() => zstd?.Dispose();

    private static Problem? Inflate(GZipStream stream, ReadOnlyMemory<byte> body, bool isGzip, Target target)
    {
        if (Copy(stream, target) is { } tooLarge)
        {
            return tooLarge;
        }

        // .NET ends quietly where the stream is cut off, but gzip closes with the length of what it holds.
        return isGzip && (body.Length < 18 || BinaryPrimitives.ReadUInt32LittleEndian(body.Span[^4..]) != (uint)target.Length)
            ? new Problem(FaultCode.Malformed, "The gzip stream is cut off, has bytes behind its end, or consists of several members.")
            : null;
    }

    private static Problem? Inflate(Stream stream, SourceStream source, Target target) =>
        Copy(stream, target) is { } tooLarge ? tooLarge
        : source.WasReadPastEnd ? new Problem(FaultCode.Malformed, "The deflate stream is cut off.")
        : null;

    /// <summary>HTTP's <c>deflate</c> is zlib's format, but some senders leave its header out.</summary>
    private static Stream Deflate(ReadOnlyMemory<byte> body, out SourceStream source)
    {
        source = new SourceStream(body);
        var hasHeader = body.Length >= 2 && (body.Span[0] & 0x0f) == 8 && BinaryPrimitives.ReadUInt16BigEndian(body.Span) % 31 == 0;
        return hasHeader ? new ZLibStream(source, CompressionMode.Decompress) : new DeflateStream(source, CompressionMode.Decompress);
    }

    private static DeflateStream RawDeflate(ReadOnlyMemory<byte> body, out SourceStream source)
    {
        source = new SourceStream(body);
        return new DeflateStream(source, CompressionMode.Decompress);
    }

    /// <summary>Snappy as Avro has it: one block, and the CRC-32 of what it expands to.</summary>
    private static Problem? Snappy(ReadOnlySpan<byte> body, Target target)
    {
        if (body.Length < 5)
        {
            return new Problem(FaultCode.Malformed, "The snappy block is cut off.");
        }

        var block = body[..^4];
        var length = Snappier.Snappy.GetUncompressedLength(block);
        while (target.Length + target.Free.Length < length)
        {
            target.Advance(target.Free.Length);
            if (!target.TryGrow())
            {
                return target.TooLarge();
            }
        }

        target.Rewind();
        target.Advance(Snappier.Snappy.Decompress(block, target.Free));
        return System.IO.Hashing.Crc32.HashToUInt32(target.Written) == BinaryPrimitives.ReadUInt32BigEndian(body[^4..])
            ? null
            : new Problem(FaultCode.Malformed, "The checksum of the snappy block is wrong.");
    }

    private static Problem? Copy(Stream stream, Target target)
    {
        using (stream)
        {
            while (true)
            {
                if (target.Free.IsEmpty && !target.TryGrow())
                {
                    return stream.ReadByte() < 0 ? null : target.TooLarge();
                }

                var read = stream.Read(target.Free);
                if (read == 0)
                {
                    return null;
                }

                target.Advance(read);
            }
        }
    }

    private static Problem? Brotli(ReadOnlySpan<byte> body, Target target)
    {
        using var decoder = new BrotliDecoder();
        while (true)
        {
            var status = decoder.Decompress(body, target.Free, out var consumed, out var written);
            body = body[consumed..];
            target.Advance(written);
            switch (status)
            {
                case OperationStatus.Done:
                    return body.IsEmpty ? null : new Problem(FaultCode.Malformed, "Bytes follow the end of the brotli stream.");
                case OperationStatus.DestinationTooSmall when target.TryGrow():
                    continue;
                case OperationStatus.DestinationTooSmall:
                    return target.TooLarge();
                default:
                    return new Problem(FaultCode.Malformed, "The body is not a complete brotli stream.");
            }
        }
    }

    private Problem? Zstd(ReadOnlySpan<byte> body, Target target)
    {
        if (zstd is null)
        {
            // The window is memory that the sender asks for. Common levels ask for up to 8 MiB.
            zstd = new ZstdSharp.Decompressor();
            zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, Math.Clamp(BitOperations.Log2((uint)options.MaxDecompressedBytes), 23, 27));
        }

        zstd.ResetStream();
        while (true)
        {
            var status = zstd.UnwrapStream(body, target.Free, out var consumed, out var written);
            body = body[consumed..];
            target.Advance(written);
            switch (status)
            {
                case OperationStatus.Done when body.IsEmpty:
                    return null;
                case OperationStatus.Done when consumed > 0:
                    // Another frame follows.
                    continue;
                case OperationStatus.DestinationTooSmall when target.TryGrow():
                    continue;
                case OperationStatus.DestinationTooSmall:
                    return target.TooLarge();
                default:
                    return new Problem(FaultCode.Malformed, "The body is not a complete zstd stream.");
            }
        }
    }

    private readonly record struct Problem(FaultCode Code, string Detail);

    /// <summary>A pooled buffer that grows up to the limits and no further.</summary>
    private sealed class Target
    {
        private readonly int sourceLength;
        private readonly int limit;
        private readonly bool isRatioLimit;
        private byte[] buffer;

        public Target(int sourceLength, DecodingOptions options, int atMost)
        {
            this.sourceLength = sourceLength;
            var byRatio = (long)sourceLength * options.MaxCompressionRatio;
            isRatioLimit = byRatio < atMost;
            limit = (int)Math.Min(byRatio, atMost);
            buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit, Math.Max(SmallestBuffer, (long)sourceLength * 8)));
        }

        public int Length { get; private set; }

        public Span<byte> Free => buffer.AsSpan(Length, Math.Min(buffer.Length, limit) - Length);

        public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

        public void Advance(int count) => Length += count;

        public void Rewind() => Length = 0;

        public bool TryGrow()
        {
            if (!Free.IsEmpty)
            {
                return true;
            }

            if (buffer.Length >= limit)
            {
                return false;
            }

            var grown = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit, buffer.Length * 2L));
            buffer.AsSpan(0, Length).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = grown;
            return true;
        }

        public Problem TooLarge() => new(
            FaultCode.TooLarge,
            isRatioLimit ? $"The body of {sourceLength} bytes expands to more than {limit}, beyond the limit on the ratio." : $"The body expands to more than {limit} bytes.");

        public DecodedContent ToContent() => new(buffer, Length);

        public void Release() => ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>A body as a stream that remembers whether somebody wanted more than there is.</summary>
    private sealed class SourceStream(ReadOnlyMemory<byte> body) : Stream
    {
        private int position;

        public bool WasReadPastEnd { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => body.Length;

        public override long Position { get => position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            WasReadPastEnd |= position == body.Length;
            var count = Math.Min(buffer.Length, body.Length - position);
            body.Span.Slice(position, count).CopyTo(buffer);
            position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
