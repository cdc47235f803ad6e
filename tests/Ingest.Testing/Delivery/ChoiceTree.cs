namespace Ingest.Testing.Delivery;

/// <summary>
/// Leads runs of the same code through every combination of choices that it offers: each run repeats the choices of the one
/// before it, up to the last that has an alternative left. Depth first; remembers one run.
/// </summary>
public sealed class ChoiceTree
{
    private readonly List<(int Taken, int Options)> choices = [];
    private int next;

    /// <summary>Choices made, over all runs.</summary>
    public long Made { get; private set; }

    /// <summary>What this run chose, to name it.</summary>
    public string Path => string.Join(' ', choices.Take(next).Select(choice => choice.Taken));

    /// <returns>0 to <paramref name="options"/> − 1.</returns>
    public int Choose(int options)
    {
        Made++;
        if (options == 1)
        {
            return 0;
        }

        if (next == choices.Count)
        {
            choices.Add((0, options));
        }

        return choices[next++].Taken;
    }

    /// <summary>Turns to the next run; false after the last.</summary>
    public bool Advance()
    {
        next = 0;
        while (choices.Count > 0)
        {
            var (taken, options) = choices[^1];
            choices.RemoveAt(choices.Count - 1);
            if (taken + 1 < options)
            {
                choices.Add((taken + 1, options));
                return true;
            }
        }

        return false;
    }
}
