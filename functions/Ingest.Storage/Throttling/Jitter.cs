namespace Ingest.Storage.Throttling;

/// <summary>Uniform numbers of 0–1 that differ between instances. Thread-safe.</summary>
internal sealed class Jitter
{
    private readonly Random random = new();
    private readonly Lock sync = new();

    public double Next()
    {
        lock (sync)
        {
            return random.NextDouble();
        }
    }
}
