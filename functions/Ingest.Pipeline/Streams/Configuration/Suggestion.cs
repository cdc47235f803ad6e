namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>"Did you mean …?" for misspelt names.</summary>
internal static class Suggestion
{
    /// <summary>A sentence to append, with a leading space: the nearest name, or all there are; empty where there are none.</summary>
    public static string For(string written, IEnumerable<string> names, string kind)
    {
        var known = names.Distinct(StringComparer.Ordinal).ToArray();
        if (known.Length == 0)
        {
            return "";
        }

        var nearest = known.Select(name => (Name: name, Distance: Distance(written, name))).MinBy(n => n.Distance);
        var tolerance = Math.Max(1, Math.Min(written.Length, nearest.Name.Length) / 3);
        return nearest.Distance <= tolerance
            ? $" Did you mean \"{nearest.Name}\"?"
            : $" Known {kind}: {string.Join(", ", known.Take(30))}{(known.Length > 30 ? ", …" : "")}.";
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours; case costs nothing, so that only a case mistake is nearest of all.</summary>
    internal static int Distance(string left, string right)
    {
        var a = left.ToUpperInvariant();
        var b = right.ToUpperInvariant();
        var cells = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            cells[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            cells[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = cells[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cells[i, j] = Math.Min(change, Math.Min(cells[i - 1, j], cells[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cells[i, j] = Math.Min(cells[i, j], cells[i - 2, j - 2] + 1);
                }
            }
        }

        return cells[a.Length, b.Length];
    }
}
