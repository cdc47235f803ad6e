using System.Buffers;
using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Offline;

/// <summary>What became of one event.</summary>
/// <param name="Stream">The stream that took it; null where none did, or where its records went to several.</param>
public sealed record OfflineOutcome(StreamDefinition? Stream, IReadOnlyList<OfflineRow> Rows, IReadOnlyList<OfflineFault> Faults);

/// <param name="Index">Position of the record inside the event, from 0.</param>
/// <param name="Stream">The stream that took the record.</param>
/// <param name="Values">One JSON object: <c>_key</c>, <c>_id</c> (null where the origin is the id), <c>_enqueued</c>, on the device hub <c>_device</c>, then the stream's columns.</param>
public sealed record OfflineRow(int Index, StreamDefinition Stream, JsonElement Values)
{
    internal static OfflineRow Of(StreamDefinition stream, RecordBatch batch, int row, IReadOnlySet<string> unknown)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ColumnJson.Readable))
        {
            writer.WriteStartObject();
            foreach (var column in (ReadOnlySpan<Column>)[batch.Key, batch.Id, batch.Enqueued, .. batch.Device.Count > 0 ? [batch.Device] : Array.Empty<Column>()])
            {
                writer.WritePropertyName(column.Definition.Name);
                ColumnJson.Write(writer, column, row);
            }

            foreach (var column in batch.WrittenColumns.Where(c => !unknown.Contains(c.Definition.Name)))
            {
                writer.WritePropertyName(column.Definition.Name);
                ColumnJson.Write(writer, column, row);
            }

            writer.WriteEndObject();
        }

        // An own document, so that the row outlives the batch's buffers.
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return new OfflineRow((int)batch.Index.Values[row], stream, JsonElement.ParseValue(ref reader));
    }
}

/// <param name="Index">Position of the record inside the event, from 0.</param>
public sealed record OfflineFault(int Index, Fault Fault)
{
    /// <summary>For people, for example <c>schema at /delay: …</c>.</summary>
    public override string ToString() => Fault.Path switch
    {
        null => $"{Fault.Code.ToText()}: {Fault.Detail}",
        "" => $"{Fault.Code.ToText()} at the root: {Fault.Detail}",
        var path => $"{Fault.Code.ToText()} at {path}: {Fault.Detail}",
    };
}
