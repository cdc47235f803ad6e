using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Whether a number lies above, below or between.</summary>
internal sealed class ThresholdEnricher : IEnricher
{
    private readonly string source;
    private readonly string column;
    private readonly double above;
    private readonly double below;
    private readonly Int128 first;
    private readonly Int128 last;

    public ThresholdEnricher(ThresholdEnrichment step)
    {
        (source, column) = (step.Source, step.Column.Name);
        above = step.Above ?? double.NegativeInfinity;
        below = step.Below ?? double.PositiveInfinity;

        // Compared as integers, because a double cannot tell large ones apart.
        first = step.Above is { } low ? Integer(Math.Floor(low)) + 1 : long.MinValue;
        last = step.Below is { } high ? Integer(Math.Ceiling(high)) - 1 : long.MaxValue;
    }

    public bool AsksNobody => true;

    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var into = Filling.Of<BooleanColumn>(batch, column);
        switch (batch[source])
        {
            case Int64Column integers:
                Compare(integers, into);
                break;
            default:
                Compare((DoubleColumn)batch[source], into);
                break;
        }

        return Task.CompletedTask;
    }

    /// <summary>Kept near the range of 64 bits, where one more or less still counts.</summary>
    private static Int128 Integer(double value) => (Int128)Math.Clamp(value, -1e19, 1e19);

    private void Compare(DoubleColumn from, BooleanColumn into)
    {
        var values = from.Values;
        var validity = from.Validity;
        for (var row = 0; row < values.Length; row++)
        {
            if (validity[row] == 0)
            {
                into.AppendNull();
            }
            else
            {
                into.Append(values[row] > above && values[row] < below);
            }
        }
    }

    private void Compare(Int64Column from, BooleanColumn into)
    {
        var values = from.Values;
        var validity = from.Validity;
        var isEmpty = first > last || first > long.MaxValue || last < long.MinValue;
        var least = isEmpty ? long.MaxValue : (long)Int128.Max(first, long.MinValue);
        var most = isEmpty ? long.MinValue : (long)Int128.Min(last, long.MaxValue);
        for (var row = 0; row < values.Length; row++)
        {
            if (validity[row] == 0)
            {
                into.AppendNull();
            }
            else
            {
                into.Append(values[row] >= least && values[row] <= most);
            }
        }
    }
}
