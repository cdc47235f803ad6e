namespace Ingest.Cli.Plan.Simulation;

/// <summary>A day as the plan must stand it: a quiet night, a ramp, a plateau, a spike to the peak, and half an hour in which storage is down.</summary>
/// <param name="Peak">Multiple of the day's average.</param>
public sealed record DayOfLoad(double Peak)
{
    public const int Seconds = 24 * 3600;
    public const int OutageBegins = 16 * 3600;
    public const int OutageEnds = OutageBegins + 1800;
    private const int RampBegins = 6 * 3600;
    private const int RampEnds = 9 * 3600;
    private const int SpikeBegins = 12 * 3600;
    private const int SpikeRises = 300;
    private const int SpikeEnds = SpikeBegins + 1800;
    private const int EveningBegins = 20 * 3600;

    private readonly double night = 1 - Math.Min(0.4, (Peak - 1) / 2);
    private readonly double plateau = Plateau(Peak);

    public static bool IsOutage(int second) => second is >= OutageBegins and < OutageEnds;

    /// <summary>Multiple of the average; over the day it averages 1.</summary>
    public double At(int second) => At(second, Peak, night, plateau);

    private static double At(int second, double peak, double night, double plateau) => second switch
    {
        < RampBegins => night,
        < RampEnds => Between(night, plateau, second - RampBegins, RampEnds - RampBegins),
        >= SpikeBegins and < SpikeBegins + SpikeRises => Between(plateau, peak, second - SpikeBegins, SpikeRises),
        >= SpikeBegins + SpikeRises and < SpikeEnds - SpikeRises => peak,
        >= SpikeEnds - SpikeRises and < SpikeEnds => Between(peak, plateau, second - SpikeEnds + SpikeRises, SpikeRises),
        >= EveningBegins => Between(plateau, night, second - EveningBegins, Seconds - EveningBegins),
        _ => plateau,
    };

    // The mean is linear in the plateau, so two points give the one that makes it 1.
    private static double Plateau(double peak)
    {
        var night = 1 - Math.Min(0.4, (peak - 1) / 2);
        var (none, one) = (Mean(peak, night, 0), Mean(peak, night, 1));
        return (1 - none) / (one - none);
    }

    private static double Mean(double peak, double night, double plateau) => Enumerable.Range(0, Seconds).Average(second => At(second, peak, night, plateau));

    private static double Between(double from, double to, int at, int length) => from + ((to - from) * at / length);
}
