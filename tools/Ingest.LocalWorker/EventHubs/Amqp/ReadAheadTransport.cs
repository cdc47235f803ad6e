using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>
/// Reads the socket in large pieces: the library asks for four bytes of frame size and then for the frame, and its own 8 KiB buffer
/// costs a third of the CPU time of a busy link.
/// </summary>
internal sealed class ReadAheadTransport(IAsyncTransport inner, ReadGate gate) : IAsyncTransport
{
    private const int ReadAheadBytes = 256 * 1024;
    private const int FrameSizeBytes = 4;

    private static readonly Task<int> FrameSizeRead = Task.FromResult(FrameSizeBytes);

    private readonly byte[] buffer = new byte[ReadAheadBytes];
    private int start;
    private int end;
    private Task<int> last = Task.FromResult(0);

    public void SetConnection(Connection connection) => inner.SetConnection(connection);

    public Task SendAsync(IList<ByteBuffer> bufferList, int listSize) => inner.SendAsync(bufferList, listSize);

    public Task<int> ReceiveAsync(byte[] buffer, int offset, int count) =>
        end > start ? Completed(Take(buffer, offset, count)) : FillAsync(buffer, offset, count);

    public void Send(ByteBuffer buffer) => inner.Send(buffer);

    public int Receive(byte[] buffer, int offset, int count) =>
        end > start ? Take(buffer, offset, count) : inner.Receive(buffer, offset, count);

    public void Close()
    {
        gate.Close();
        inner.Close();
    }

    private Task<int> Completed(int count)
    {
        // Every frame begins with a read of four bytes, and neighbouring frames tend to be equally long: both without a new task.
        if (count == FrameSizeBytes)
        {
            return FrameSizeRead;
        }

        if (last.GetAwaiter().GetResult() != count)
        {
            last = Task.FromResult(count);
        }

        return last;
    }

    private async Task<int> FillAsync(byte[] target, int offset, int count)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        start = 0;
        end = await inner.ReceiveAsync(buffer, 0, buffer.Length).ConfigureAwait(false);
        return Take(target, offset, count);
    }

    private int Take(byte[] target, int offset, int count)
    {
        var taken = Math.Min(count, end - start);
        Buffer.BlockCopy(buffer, start, target, offset, taken);
        start += taken;
        return taken;
    }
}

/// <summary>Claims-based security: no secret in the SASL exchange, tokens follow over <c>$cbs</c>. Puts the read-ahead in place.</summary>
internal sealed class ReadAheadSaslProfile(ReadGate gate) : SaslProfile("MSSBCBS")
{
    protected override ITransport UpgradeTransport(ITransport transport) => new ReadAheadTransport((IAsyncTransport)transport, gate);

    protected override DescribedList GetStartCommand(string hostname) =>
        new SaslInit { Mechanism = Mechanism, InitialResponse = [], HostName = hostname };

    protected override DescribedList OnCommand(DescribedList command) => null!;
}
