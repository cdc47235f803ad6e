using Ingest.Pipeline.Events;
using Ingest.Pipeline.Progress;

namespace Ingest.Pipeline;

/// <summary>A record that brings a mistake of ours to light costs itself, not its partition; many of them hold it.</summary>
internal static class Poison
{
    /// <summary>So many records of one commit may always be quarantined as <c>internal</c>.</summary>
    public const int AlwaysTolerated = 10;

    private const int MaxDetail = 4000;

    /// <summary>Whether the exception is a mistake in code that asks nobody. Whatever says that the world is bad holds the partition.</summary>
    public static bool IsMistake(Exception exception) =>
        exception is not (OutOfMemoryException or OperationCanceledException or PartitionHeldException or LedgerException);

    public static Fault FaultOf(FaultStage stage, Exception mistake)
    {
        var text = mistake.ToString();
        return new Fault(stage, FaultCode.Internal, text.Length <= MaxDetail ? text : text[..MaxDetail]);
    }

    /// <summary>More than one in a hundred is a mistake of this version, not of a record.</summary>
    public static bool IsTooMany(int poisoned, int records) => poisoned > AlwaysTolerated && poisoned * 100L > records;

    /// <exception cref="PartitionHeldException">There are too many.</exception>
    public static void Tolerate(DeliveryRun run, int poisoned, int records, Exception? mistake)
    {
        if (IsTooMany(poisoned, records))
        {
            throw new PartitionHeldException(
                $"{run.Partition}: {poisoned} of {records} records from {run.First} on would be quarantined as internal{Example(mistake)}. Deploy a version that reads them.", needsOperator: true);
        }
    }

    /// <param name="streams">Those whose enrichers fail.</param>
    public static PartitionHeldException HoldFor(DeliveryRun run, IEnumerable<string> streams, Exception mistake) => new(
        $"{run.Partition}: the enrichers of {string.Join(", ", streams)} fail for more than single records from {run.First} on{Example(mistake)}. Deploy a version that reads them.", needsOperator: true);

    private static string Example(Exception? mistake) => mistake is null ? "" : $", for example {mistake.GetType().Name}: {mistake.Message}";
}
