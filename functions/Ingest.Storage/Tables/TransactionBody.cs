using System.Security.Cryptography;
using System.Text;
using Azure.Core;

namespace Ingest.Storage.Tables;

/// <summary>
/// The body of one entity group transaction, built operation by operation in a pooled buffer.
/// </summary>
internal sealed class TransactionBody : RequestContent
{
    public const int MaxOperations = 100;

    /// <summary>
    /// One for all bodies of the process. No line of a body can begin with it, because JSON escapes line ends and keys are
    /// percent-encoded; emulators, though, also find it inside of lines, so that producers must not know it.
    /// </summary>
    public static readonly string Boundary = RandomNumberGenerator.GetHexString(16, lowercase: true);

    public static readonly string ContentType = $"multipart/mixed; boundary=batch_{Boundary}";

    private const int FirstCapacity = 64 * 1024;

    /// <summary>The service takes 4 MiB; the rest is for what ends the body.</summary>
    private const int MaxBytes = (4 * 1024 * 1024) - 1024;

    private static readonly byte[] Start = Encoding.ASCII.GetBytes(
        $"--batch_{Boundary}\r\nContent-Type: multipart/mixed; boundary=changeset_{Boundary}\r\n\r\n");

    private static readonly byte[] Finish = Encoding.ASCII.GetBytes($"--changeset_{Boundary}--\r\n--batch_{Boundary}--\r\n");

    private readonly Utf8Buffer buffer = new(FirstCapacity);
    private readonly TransactionTarget target;
    private readonly int emptyLength;
    private int lastStart;
    private int writing;
    private bool ended;

    /// <param name="target">Table and partition key of all operations.</param>
    public TransactionBody(TransactionTarget target)
    {
        this.target = target;
        buffer.Write(Start);
        emptyLength = buffer.Length;
    }

    public int Operations { get; private set; }

    public long Bytes => buffer.Length;

    /// <summary>Adds an insert-or-replace; false where the body is full, which leaves it as it was.</summary>
    public bool TryUpsert(EntityWriter entities, int row, ReadOnlySpan<byte> rowKey) => TryPut(entities, row, rowKey, null);

    /// <summary>Adds a replacement of what has this ETag, or an insertion where it is null; false where the body is full.</summary>
    public bool TryWrite(EntityWriter entities, int row, ReadOnlySpan<byte> rowKey, string? etag)
    {
        if (etag is not null)
        {
            return TryPut(entities, row, rowKey, etag);
        }

        if (!Begin())
        {
            return false;
        }

        buffer.Write(target.Insert);
        entities.Write(buffer, row, target.PartitionKey, rowKey);
        return End();
    }

    /// <summary>Ends the body. Nothing can be added any more.</summary>
    public TransactionBody Complete()
    {
        buffer.Write(Finish);
        ended = true;
        return this;
    }

    public override void WriteTo(Stream stream, CancellationToken cancellation) => stream.Write(buffer.Written);

    public override async Task WriteToAsync(Stream stream, CancellationToken cancellation)
    {
        Interlocked.Increment(ref writing);
        await stream.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
        Interlocked.Decrement(ref writing);
    }

    public override bool TryComputeLength(out long length)
    {
        length = buffer.Length;
        return ended;
    }

    /// <summary>The request disposes its content; the buffer is <see cref="Release"/>d by whoever built it.</summary>
    public override void Dispose()
    {
    }

    /// <summary>Gives the buffer back, unless an attempt that was given up may still be reading it.</summary>
    public void Release()
    {
        if (Volatile.Read(ref writing) > 0)
        {
            buffer.Abandon();
        }

        buffer.Dispose();
    }

    private bool TryPut(EntityWriter entities, int row, ReadOnlySpan<byte> rowKey, string? etag)
    {
        if (!Begin())
        {
            return false;
        }

        buffer.Write(target.Put);
        TransactionTarget.WriteUriText(buffer, rowKey);
        buffer.Write(TransactionTarget.PutEnd);
        if (etag is not null)
        {
            buffer.Write("If-Match: "u8);
            buffer.Write(Encoding.ASCII.GetBytes(etag));
            buffer.Write("\r\n"u8);
        }

        buffer.Write("\r\n"u8);
        entities.Write(buffer, row, target.PartitionKey, rowKey);
        return End();
    }

    private bool Begin()
    {
        lastStart = buffer.Length;
        return Operations < MaxOperations;
    }

    private bool End()
    {
        buffer.Write("\r\n"u8);
        if (buffer.Length > MaxBytes && lastStart > emptyLength)
        {
            buffer.Truncate(lastStart);
            return false;
        }

        Operations++;
        return true;
    }
}
