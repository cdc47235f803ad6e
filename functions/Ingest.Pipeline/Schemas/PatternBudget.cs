using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// How long the patterns of one text may be matched altogether: one match is limited by itself, very many that are just within that
/// limit are not.
/// </summary>
internal struct PatternBudget
{
    private static readonly long MostTicks = Stopwatch.Frequency / 4;
    private static readonly long MostMatchTicks = (long)(EcmaPattern.MatchTimeout.TotalSeconds * Stopwatch.Frequency);

    private long spent;

    /// <summary>Whether a pattern's matches count: others take time that grows with the text alone.</summary>
    public static bool Counts(Regex pattern) => (pattern.Options & RegexOptions.NonBacktracking) == 0;

    /// <summary>Another text begins.</summary>
    public void Reset() => spent = 0;

    /// <summary>Counts a match that began at <paramref name="start"/>; false where that was too much.</summary>
    public bool Spend(long start)
    {
        // A match that came back took no longer than its limit: what goes beyond, the thread was kept waiting.
        spent += Math.Min(Stopwatch.GetTimestamp() - start, MostMatchTicks);
        return spent < MostTicks;
    }
}
