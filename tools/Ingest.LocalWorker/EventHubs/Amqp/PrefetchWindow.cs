namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>Decides how many events a link may send, from what is read ahead: never more than a number, and never more than a number of bytes.</summary>
internal sealed class PrefetchWindow(int maxEvents, long maxBytes)
{
    private readonly Lock guard = new();
    private int granted;
    private int queued;
    private long queuedBytes;
    private long usualSize = 1024;

    /// <summary>Whether more bytes wait than the window allows twice over: then the socket must not be read.</summary>
    public bool IsOverfull
    {
        get
        {
            lock (guard)
            {
                return queuedBytes > maxBytes * 2;
            }
        }
    }

    /// <summary>An event arrived and waits; answers how much credit to add now.</summary>
    public int Arrived(int bytes)
    {
        lock (guard)
        {
            granted--;
            queued++;
            queuedBytes += bytes;
            // Follows growth at once and shrinks slowly: a wrong guess upwards only costs a flow frame.
            usualSize = bytes > usualSize ? bytes : usualSize - ((usualSize - bytes) / 64);
            return Grant();
        }
    }

    /// <summary>Events were handed out; answers how much credit to add now.</summary>
    public int Taken(int events, long bytes)
    {
        lock (guard)
        {
            queued -= events;
            queuedBytes -= bytes;
            return Grant();
        }
    }

    /// <summary>The first credit of a fresh link.</summary>
    public int Open()
    {
        lock (guard)
        {
            return Grant();
        }
    }

    private int Grant()
    {
        var byNumber = maxEvents - queued - granted;
        var byBytes = ((maxBytes - queuedBytes) / usualSize) - granted;
        var grant = (int)Math.Max(0, Math.Min(byNumber, byBytes));
        if (queued + granted == 0)
        {
            // One event larger than the whole window must still pass.
            grant = Math.Max(1, grant);
        }
        else if (granted > 0 && grant < maxEvents / 4)
        {
            // The link is not starving: wait, and save flow frames.
            return 0;
        }

        granted += grant;
        return grant;
    }
}
