using Ingest.Pipeline.Events;
using Ingest.Storage.Lake;

namespace Ingest.Cli.Audit;

/// <summary>Segments in Blob Storage; payload columns are never downloaded.</summary>
/// <param name="also">What is read of the records beside their positions.</param>
public sealed class BlobSegmentCatalog(StoredData data, AlsoRead also = AlsoRead.Nothing) : ISegmentCatalog
{
    private static readonly string AbsentCode = FaultCode.AbsentUpstream.ToText();

    public Task<IReadOnlyList<VisibleSegment>> ListAsync(CancellationToken cancellationToken) => data.ListSegmentsAsync(cancellationToken);

    public async Task<SegmentRecords> ReadAsync(VisibleSegment segment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var origins = await data.Reader.ReadAsync(segment, also, cancellationToken).ConfigureAwait(false);
        var isQuarantine = segment.Name.Container == data.Options.QuarantineContainer;
        var records = new List<RecordPosition>(origins.Sequence.Length);
        var enqueued = new List<long>(origins.EnqueuedUnixMs.Length);
        var absent = new List<SequenceRange>();
        for (var i = 0; i < origins.Sequence.Length; i++)
        {
            if (isQuarantine && origins.Code[i] == AbsentCode)
            {
                absent.Add(new(origins.Sequence[i], origins.LastSequence[i]));
            }
            else
            {
                records.Add(new(origins.Sequence[i], checked((int)origins.Index[i])));
                if (also.HasFlag(AlsoRead.EnqueuedTimes))
                {
                    enqueued.Add(origins.EnqueuedUnixMs[i]);
                }
            }
        }

        return new SegmentRecords([.. records], absent, isQuarantine) { KeepsLogOrder = !origins.IsSorted, Ids = origins.Id, EnqueuedUnixMs = enqueued };
    }
}
