namespace Ingest.Pipeline;

/// <summary>Finds by bisection which rows make a step throw that only knows whole batches.</summary>
internal static class PoisonSearch
{
    /// <summary>
    /// Answers each poisonous row with what it throws by itself; none where the failure does not come again. Null where the rows
    /// cannot be told: there are too many, or it throws for several rows together, but for none by itself.
    /// </summary>
    /// <param name="attempt">Runs the step over those rows alone that the predicate includes; answers what it threw.</param>
    /// <param name="isTooMany">Asked for every row found.</param>
    public static async Task<IReadOnlyDictionary<int, Exception>?> FindAsync(
        int rows, Func<Predicate<int>, Task<Exception?>> attempt, Func<int, bool> isTooMany)
    {
        var found = new Dictionary<int, Exception>();
        var passes = 0; // So many rows from the first pass, those found left out.
        while (await attempt(row => !found.ContainsKey(row)) is not null)
        {
            if (passes == rows)
            {
                // It throws for what is left out as well, or for nothing at all.
                return null;
            }

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
            if (await attempt(row => row == poisonous) is not { } mistake)
            {
                return null;
            }

            found[poisonous] = mistake;
            if (isTooMany(found.Count))
            {
                return null;
            }

            passes = fails;
        }

        return found;
    }
}
