using Ingest.Pipeline.Events;

namespace Ingest.Testing.Delivery;

/// <summary>Table rows that are written before the commit: one for each record, and the newest record of each key.</summary>
public sealed class HostileTables(HostileNetwork network, HostileRules rules)
{
    private readonly HashSet<(int Stream, VisibleRecord Record)> rows = [];
    private readonly Dictionary<(int Stream, int Key), LatestOrder> latest = [];

    public List<string> Violations { get; } = [];

    public static LatestOrder OrderOf(in IncomingEvent e, int index) =>
        new(e.EnqueuedUnixMs - (Mix(e.SequenceNumber) % 6 * 10_000), e.EnqueuedUnixMs, e.SequenceNumber, index);

    public static int KeyOf(long sequence) => (int)(Mix(sequence + 7) % 3);

    public async Task WriteAsync(int stream, VisibleRecord record, LatestOrder order)
    {
        var key = (stream, KeyOf(record.Sequence));
        for (var written = false; !written;)
        {
            var compared = await network.CallAsync("compare", () => latest.TryGetValue(key, out var stored) ? stored : (LatestOrder?)null);
            written = !rules.IsNewer(order, compared) || await network.CallAsync("write", () => Write(key, order, compared));
        }

        rows.Add((stream, record));
    }

    public void Judge(IEnumerable<(int Stream, VisibleRecord Record, LatestOrder Order)> records)
    {
        foreach (var (stream, record, order) in records)
        {
            if (!rows.Contains((stream, record)))
            {
                Violations.Add($"the table has no row of {record}");
            }

            if (!latest.TryGetValue((stream, KeyOf(record.Sequence)), out var newest) || newest.CompareTo(order) < 0)
            {
                Violations.Add($"latest is behind {record}");
            }
        }
    }

    private bool Write((int Stream, int Key) key, LatestOrder order, LatestOrder? compared)
    {
        LatestOrder? stored = latest.TryGetValue(key, out var found) ? found : null;
        if (!rules.MatchesETag(compared, stored))
        {
            return false;
        }

        if (stored is { } newest && newest.CompareTo(order) > 0)
        {
            Violations.Add("latest went back");
        }

        latest[key] = order;
        return true;
    }

    private static long Mix(long number) => (long)(((ulong)number * 0x9E3779B97F4A7C15) >> 40);
}
