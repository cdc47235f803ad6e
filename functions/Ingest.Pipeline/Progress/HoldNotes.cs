using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Says once, in the row and in the log, what a partition waits for, and once that it goes on.</summary>
internal sealed class HoldNotes(IProgressStore progress, TimeProvider time, ILogger logger)
{
    // Below the grace of any host: the note is not worth a process.
    private static readonly TimeSpan NotePatience = TimeSpan.FromSeconds(4);

    public async Task HeldAsync(PartitionSession session, PartitionHeldException held)
    {
        if (session.Hold != held.Message)
        {
            session.Hold = held.Message;
            logger.Held(session.Partition, held.Message);
            await NoteAsync(session, held.Message);
        }
    }

    /// <summary>Something else keeps the partition waiting, and the row may be out of reach: the log alone says so.</summary>
    public void Waits(PartitionSession session, string reason)
    {
        if (Interlocked.CompareExchange(ref session.Waiting, reason, null) is null)
        {
            logger.Waiting(session.Partition, reason);
        }
    }

    public async Task ResumedAsync(PartitionSession session)
    {
        if (Interlocked.Exchange(ref session.Waiting, null) is not null && session.Hold is null)
        {
            logger.Resumed(session.Partition);
        }

        if (session.Hold is not null)
        {
            session.Hold = null;
            logger.Resumed(session.Partition);
            await NoteAsync(session, null);
        }
    }

    private async Task NoteAsync(PartitionSession session, string? reason)
    {
        using var patience = new CancellationTokenSource(NotePatience, time);
        try
        {
            await progress.SetHoldAsync(session.Partition, reason, patience.Token);
        }
        catch (Exception failure)
        {
            // What holds the partition, or that it goes on, matters more than the note about it.
            logger.NoteFailed(failure, session.Partition);
        }
    }
}
