namespace Ingest.Pipeline.Schemas;

/// <summary>Characters beyond U+FFFF of a class in a pattern. .NET sees each of them as two, which a class cannot hold.</summary>
internal sealed class AstralRanges
{
    public const int First = 0x10000;
    public const int Last = 0x10ffff;
    private readonly List<(int From, int To)> ranges = [];

    public void Add(int from, int to) => ranges.Add((from, to));

    /// <summary>All the others.</summary>
    public AstralRanges Complement()
    {
        var others = new AstralRanges();
        var next = First;
        foreach (var (from, to) in ranges.Order())
        {
            if (from > next)
            {
                others.Add(next, from - 1);
            }

            next = Math.Max(next, to + 1);
        }

        if (next <= Last)
        {
            others.Add(next, Last);
        }

        return others;
    }

    /// <summary>Alternatives of pairs; empty where there are none.</summary>
    public string ToPattern()
    {
        List<string> pairs = [];
        foreach (var (from, to) in ranges)
        {
            var (low, high) = (char.ConvertFromUtf32(from), char.ConvertFromUtf32(to));
            if (low[0] == high[0])
            {
                pairs.Add(Pair(low[0], low[0], low[1], high[1]));
                continue;
            }

            pairs.Add(Pair(low[0], low[0], low[1], '\udfff'));
            if (high[0] - low[0] > 1)
            {
                pairs.Add(Pair((char)(low[0] + 1), (char)(high[0] - 1), '\udc00', '\udfff'));
            }

            pairs.Add(Pair(high[0], high[0], '\udc00', high[1]));
        }

        return string.Join('|', pairs);
    }

    private static string Pair(char firstFrom, char firstTo, char secondFrom, char secondTo) =>
        $@"[\u{(int)firstFrom:x4}-\u{(int)firstTo:x4}][\u{(int)secondFrom:x4}-\u{(int)secondTo:x4}]";
}
