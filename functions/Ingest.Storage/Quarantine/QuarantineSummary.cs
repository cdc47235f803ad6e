using System.Globalization;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tables;

namespace Ingest.Storage.Quarantine;

/// <summary>
/// Summary rows, so that people can look without downloading. PartitionKey is the day of ingestion, <c>yyyy-MM-dd</c>;
/// RowKey begins with 19 digits of reverse ticks, so that a day lists newest first, and then names segment, stream and
/// reason, so that the same attempt overwrites its own rows and no others.
/// </summary>
internal static class QuarantineSummary
{
    private const int SampleLength = 1000;

    /// <summary>One row a stream and reason. All have the same partition key.</summary>
    public static IEnumerable<TableEntity> Rows(SegmentName name, IReadOnlyList<QuarantinedRecord> records, SegmentContext context)
    {
        var ingested = DateTimeOffset.FromUnixTimeMilliseconds(context.IngestedUnixMs);
        var partitionKey = ingested.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var reverse = (DateTime.MaxValue.Ticks - ingested.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);
        foreach (var group in records.GroupBy(record => (record.Stream, record.Fault.Code)))
        {
            var sample = group.First();
            var reason = group.Key.Code.ToText();
            var rowKey = string.Create(
                CultureInfo.InvariantCulture,
                $"{reverse}-{name.Hub}-p{name.Partition:D4}-e{name.Epoch}-{name.First:D19}-{name.Attempt}-{reason}-{group.Key.Stream}");
            yield return new TableEntity(partitionKey, TableKeyEncoding.Encode(rowKey))
            {
                ["Reason"] = reason,
                ["Stage"] = sample.Fault.Stage.ToText(),
                ["Stream"] = group.Key.Stream ?? "",
                ["Count"] = (long)group.Count(),
                ["Hub"] = context.Partition.Hub,
                ["Partition"] = context.Partition.Number,
                ["Epoch"] = context.Epoch,
                ["FirstSequence"] = group.Min(record => record.Event.SequenceNumber),
                ["LastSequence"] = group.Max(record => record.LastSequence),
                ["FirstEnqueued"] = DateTimeOffset.FromUnixTimeMilliseconds(group.Min(record => record.Event.EnqueuedUnixMs)),
                ["Ingested"] = ingested,
                ["Segment"] = name.ToString(),
                ["SampleDetail"] = Shorten(sample.Fault.Detail),
                ["SamplePath"] = Shorten(sample.Fault.Path ?? ""),
            };
        }
    }

    private static string Shorten(string text) => text.Length <= SampleLength ? text : text[..SampleLength];
}
