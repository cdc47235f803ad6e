using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;

namespace Ingest.Storage.Quarantine;

/// <summary>The columns of one row group of a quarantine segment, the body apart: that is written from where it lies.</summary>
internal sealed class QuarantineColumns
{
    public Int64Column Sequence { get; } = new(new("_sequence", ColumnType.Int64));

    public Int64Column LastSequence { get; } = new(new("_sequence_last", ColumnType.Int64));

    public Int64Column Index { get; } = new(new("_index", ColumnType.Int64));

    public Int64Column Enqueued { get; } = new(new("_enqueued", ColumnType.Timestamp));

    public BytesColumn Id { get; } = Text("_id");

    public BooleanColumn BodyIsWholeEvent { get; } = new(new("body_is_whole_event", ColumnType.Boolean));

    /// <summary>Optional columns before the body, in the order of the file.</summary>
    public IReadOnlyList<Column> Reason { get; }

    /// <summary>Optional columns after the body, in the order of the file.</summary>
    public IReadOnlyList<Column> Envelope { get; }

    private readonly BytesColumn key = Text("_key");
    private readonly BytesColumn stream = Text("stream");
    private readonly BytesColumn code = Text("code");
    private readonly BytesColumn stage = Text("stage");
    private readonly BytesColumn path = Text("path");
    private readonly BytesColumn detail = Text("detail");
    private readonly BytesColumn contentType = Text("content_type");
    private readonly BytesColumn contentEncoding = Text("content_encoding");
    private readonly BytesColumn properties = Json("properties");
    private readonly BytesColumn systemProperties = Json("system_properties");

    public QuarantineColumns()
    {
        Reason = [key, Id, stream, code, stage, path, detail];
        Envelope = [BodyIsWholeEvent, contentType, contentEncoding, properties, systemProperties];
    }

    public void Add(QuarantinedRecord record, SegmentContext context)
    {
        var source = record.Event;
        Sequence.Append(source.SequenceNumber);
        LastSequence.Append(record.LastSequence);
        Index.Append(record.Index);
        Enqueued.Append(source.EnqueuedUnixMs * 1000);
        Append(key, source.PartitionKey);
        Append(Id, new RecordOrigin(context.Partition, context.Epoch, source.SequenceNumber, record.Index).ToString());
        Append(stream, record.Stream);
        Append(code, record.Fault.Code.ToText());
        Append(stage, record.Fault.Stage.ToText());
        Append(path, record.Fault.Path);
        Append(detail, record.Fault.Detail);
        BodyIsWholeEvent.Append(record.IsWholeEvent);
        Append(contentType, source.ContentType);
        Append(contentEncoding, ContentEncodingOf(source));
        Append(properties, AmqpValueJson.Write(source.Properties));
        Append(systemProperties, AmqpValueJson.Write(source.SystemProperties));
    }

    private static string? ContentEncodingOf(in IncomingEvent source)
    {
        try
        {
            return source.Properties?.TryGetValue("content-encoding", out var own) == true ? own as string
                : source.SystemProperties?.TryGetValue("content-encoding", out var section) == true ? section as string
                : null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Properties may be decoded on first use; bytes that are not AMQP must not stop the quarantine.
            return null;
        }
    }

    private static void Append(BytesColumn column, string? text)
    {
        if (text is null)
        {
            column.AppendNull();
            return;
        }

        var room = column.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        column.Commit(Encoding.UTF8.GetBytes(text, room));
    }

    private static BytesColumn Text(string name) => new(new(name, ColumnType.String));

    private static BytesColumn Json(string name) => new(new(name, ColumnType.Json));
}
