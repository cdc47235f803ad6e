using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Ingest.Emulator.Log;

namespace Ingest.Emulator.Nodes;

/// <summary>The delivery annotations that tell a receiver how far its partition has got.</summary>
internal static class RuntimeMetrics
{
    public static byte[] Encode(in PartitionState state, DateTimeOffset now)
    {
        var annotations = new DeliveryAnnotations();
        annotations[(Symbol)"last_enqueued_sequence_number"] = state.Last;
        annotations[(Symbol)"last_enqueued_offset"] = state.LastOffset.ToString();
        annotations[(Symbol)"last_enqueued_time_utc"] = DateTimeOffset.FromUnixTimeMilliseconds(state.LastEnqueuedMs).UtcDateTime;
        annotations[(Symbol)"runtime_info_retrieval_time_utc"] = now.UtcDateTime;
        var encoded = new ByteBuffer(256, true);
        annotations.Encode(encoded);
        return encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).ToArray();
    }
}
