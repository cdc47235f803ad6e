namespace Ingest.Pipeline;

/// <summary>Finds by bisection which rows make a step throw that only knows whole batches.</summary>
internal static class PoisonSearch
{
    /// <summary>
    /// Answers each poisonous row with what it throws by itself; none where the failure does not come again.
    /// </summary>
    /// <param name="attempt">Runs the step over those rows alone that the predicate includes; answers what it threw.</param>
    /// <param name="tolerate">Called for every row found; throws when there are too many.</param>
    /// <exception cref="AggregateException">It throws for several rows together, but for none by itself.</exception>
    public static async Task<IReadOnlyDictionary<int, Exception>> FindAsync(
        int rows, Func<Predicate<int>, Task<Exception?>> attempt, Action<int, Exception> tolerate)
    {
        var found = new Dictionary<int, Exception>();
        var passes = 0; // So many rows from the first pass, those found left out.
        while (await attempt(row => !found.ContainsKey(row)) is { } failure)
        {
            var fails = rows;
            while (fails - passes > 1)
            {
                var middle = (passes + fails) / 2;
                if (await attempt(row => row < middle && !found.ContainsKey(row)) is null)
                {
                    passes = middle;
                }
                else
                {
                    fails = middle;
                }
            }

            var poisonous = fails - 1;
            found[poisonous] = await attempt(row => row == poisonous)
                ?? throw new AggregateException("An enricher fails for some records together, but for none by itself.", failure);
            tolerate(found.Count, found[poisonous]);
            passes = fails;
        }

        return found;
    }
}
