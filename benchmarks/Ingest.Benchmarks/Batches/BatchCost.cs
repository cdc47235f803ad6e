namespace Ingest.Benchmarks.Batches;

/// <summary>What batches of one size achieve and cost.</summary>
/// <param name="Size">Events of a batch.</param>
/// <param name="EventsPerSecond">Of all partitions together.</param>
/// <param name="MillisecondsPerBatch">From a batch's arrival to its publication.</param>
/// <param name="OperationsPerThousandEvents">Requests to storage.</param>
/// <param name="ProcessorNanosecondsPerEvent">Of the whole process: the server that answers, and the copying of the events, are part of it.</param>
/// <param name="AllocatedBytesPerEvent">Likewise.</param>
/// <param name="SegmentBytes">Size of a file.</param>
internal sealed record BatchCost(
    int Size, double EventsPerSecond, double MillisecondsPerBatch, double OperationsPerThousandEvents, double ProcessorNanosecondsPerEvent,
    double AllocatedBytesPerEvent, double SegmentBytes);

/// <summary>What batches of one size hold in memory.</summary>
/// <param name="Size">Events of a batch.</param>
/// <param name="LiveBytes">The most that was reachable at a time, above what there was without a pipeline: batches, columns, files, pools.</param>
/// <param name="Share">Of the bytes of the bodies of all batches at hand.</param>
internal sealed record LiveMemory(int Size, long LiveBytes, double Share);
