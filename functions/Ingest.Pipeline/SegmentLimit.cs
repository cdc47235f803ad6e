using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline;

/// <summary>Keeps a commit's list of segments within what the progress row can hold.</summary>
internal static class SegmentLimit
{
    /// <summary>
    /// How many of the run's events fit into one commit of <see cref="DeliveryDecisions.MaxSegmentsPerCommit"/> segments, at
    /// least one. Counts a quarantine segment for every hour: later stages may refuse what routing accepted.
    /// </summary>
    public static int Cut(DeliveryRun run, StreamCatalog catalog)
    {
        var events = run.Events.Span;
        var hours = new HashSet<long>();
        foreach (ref readonly var e in events)
        {
            hours.Add(SegmentName.HourOf(e.EnqueuedUnixMs));
        }

        // An absent range may need a quarantine segment of its own.
        var spare = run.Absent.IsEmpty ? 0 : 1;
        if ((hours.Count * (catalog.Streams.Count + 1)) + spare <= DeliveryDecisions.MaxSegmentsPerCommit)
        {
            return events.Length;
        }

        var needed = new HashSet<SegmentKey>();
        for (var i = 0; i < events.Length; i++)
        {
            var hour = SegmentName.HourOf(events[i].EnqueuedUnixMs);
            needed.Add(new SegmentKey(null, hour));

            AddStreamsOf(events[i], hour, catalog, needed);

            if (needed.Count + spare > DeliveryDecisions.MaxSegmentsPerCommit && i > 0)
            {
                return i;
            }
        }

        return events.Length;
    }

    private static void AddStreamsOf(in IncomingEvent e, long hour, StreamCatalog catalog, HashSet<SegmentKey> needed)
    {
        try
        {
            // All that its records may go to, where those decide.
            for (var at = catalog.Find(e); at >= 0; at = catalog.LooksIntoRecords(at) ? catalog.Find(e, at + 1) : -1)
            {
                needed.Add(new SegmentKey(catalog.Streams[at].Name, hour));
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Properties may be decoded on first use; decoding the event will find the same, and put that event alone into quarantine.
        }
    }
}
