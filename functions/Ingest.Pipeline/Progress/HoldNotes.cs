using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ingest.Pipeline.Progress;

/// <summary>Says once, in the row and in the log, what a partition waits for, and once that it goes on.</summary>
internal sealed class HoldNotes(IProgressStore progress, ILogger logger)
{
    public async Task HeldAsync(PartitionSession session, PartitionHeldException held)
    {
        if (session.Hold != held.Message)
        {
            session.Hold = held.Message;
            logger.Held(session.Partition, held.Message);
            await NoteAsync(session, held.Message);
        }
    }

    public async Task ResumedAsync(PartitionSession session)
    {
        if (session.Hold is not null)
        {
            session.Hold = null;
            logger.Resumed(session.Partition);
            await NoteAsync(session, null);
        }
    }

    private async Task NoteAsync(PartitionSession session, string? reason)
    {
        try
        {
            await progress.SetHoldAsync(session.Partition, reason, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // What holds the partition, or that it goes on, matters more than the note about it.
            logger.NoteFailed(failure, session.Partition);
        }
    }
}
