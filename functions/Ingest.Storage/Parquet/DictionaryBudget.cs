using System.Runtime.CompilerServices;

namespace Ingest.Storage.Parquet;

/// <summary>Says when a dictionary outgrows its worth: it may lose time or size then, but never more than a bounded part of either.</summary>
internal sealed class DictionaryBudget
{
    public const int MaxEntries = 65_536;

    /// <summary>Bytes of a dictionary of texts.</summary>
    public const int MaxBytes = 1024 * 1024;

    // Unique values must be noticed early; repeating ones arrive in any order.
    private const int FreeEntries = 1024;
    private const int FreeProbes = 65_536;
    private const int ProbesAValue = 8;

    private long processed;
    private long probes;

    public void Clear() => (processed, probes) = (0, 0);

    /// <summary>A slot looked at in vain. Values chosen to collide must not cost more than a dictionary is worth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Probe() => probes++;

    public bool MayAdd(int entries, int alsoProcessed) =>
        entries < MaxEntries
        && entries <= FreeEntries + ((processed + alsoProcessed) / 2)
        && probes <= FreeProbes + (ProbesAValue * (processed + alsoProcessed));

    public void Processed(int values) => processed += values;
}
