namespace Ingest.Storage.Throttling;

/// <summary>What one class of requests usually takes: mean and deviation of past intervals, and the samples of the present one.</summary>
internal sealed class RttBaseline
{
    private const double Alpha = 0.4;

    private double variance;
    private double sum;

    /// <summary>Seconds; null before the first interval has ended.</summary>
    public double? Mean { get; private set; }

    /// <summary>Mean of the first interval, in seconds: what makes classes comparable, and never moves.</summary>
    public double? First { get; private set; }

    /// <summary>Seconds.</summary>
    public double Deviation => Math.Sqrt(variance);

    /// <summary>Samples of the present interval.</summary>
    public int Count { get; private set; }

    /// <summary>Seconds, of all samples of the present interval.</summary>
    public double Sum => sum;

    public void Add(TimeSpan rtt)
    {
        sum += rtt.TotalSeconds;
        Count++;
    }

    /// <summary>Ends the interval.</summary>
    /// <param name="isTypical">Whether its mean becomes part of the past.</param>
    public void End(bool isTypical)
    {
        if (Count > 0 && isTypical)
        {
            Fold(sum / Count);
        }

        (sum, Count) = (0, 0);
    }

    private void Fold(double observed)
    {
        if (Mean is { } mean)
        {
            var difference = observed - mean;
            var increment = Alpha * difference;
            Mean = mean + increment;
            variance = (1 - Alpha) * (variance + (difference * increment));
        }
        else
        {
            (Mean, First) = (observed, observed);
        }
    }
}
