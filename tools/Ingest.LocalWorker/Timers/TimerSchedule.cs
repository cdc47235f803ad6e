using System.Globalization;
using Ingest.LocalWorker.Settings;

namespace Ingest.LocalWorker.Timers;

/// <summary>When a timer is due, in UTC. Pure.</summary>
internal abstract class TimerSchedule
{
    /// <summary>The first occurrence behind <paramref name="after"/>.</summary>
    public abstract DateTimeOffset Next(DateTimeOffset after);

    /// <summary>Reads a TimeSpan or an NCRONTAB expression of six fields, or of five without seconds.</summary>
    /// <exception cref="FunctionSetupException">It is neither.</exception>
    public static TimerSchedule Parse(string text)
    {
        if (!text.Contains(' ', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval)
            && interval > TimeSpan.Zero)
        {
            return new IntervalSchedule(interval);
        }

        return CronSchedule.ParseCron(text);
    }

    private sealed class IntervalSchedule(TimeSpan interval) : TimerSchedule
    {
        public override DateTimeOffset Next(DateTimeOffset after) => after + interval;
    }
}
