using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>What a misspelt name could have been.</summary>
internal static class Suggestion
{
    private const int MaxListed = 30;

    /// <summary>A sentence to append, with a leading space: the nearest name, or all there are; empty where there are none.</summary>
    public static string For(string written, IEnumerable<string> names, string kind)
    {
        var known = names.Distinct(StringComparer.Ordinal).ToArray();
        return known.Length == 0 ? ""
            : Nearest(written, known) is { Length: > 0 } nearest ? nearest
            : $" Known {kind}: {string.Join(", ", known.Take(MaxListed))}{(known.Length > MaxListed ? ", …" : "")}.";
    }

    /// <summary><c> Did you mean "…"?</c>, or nothing where no name is near.</summary>
    public static string Nearest(string written, IEnumerable<string> names) => Spelling.Suggest(written, names);
}
