using Ingest.LocalWorker.Settings;
using Ingest.LocalWorker.Timers;

namespace Ingest.LocalWorker.Tests.Timers;

public sealed class TimerScheduleTests
{
    [Theory]
    [InlineData("0 * * * * *", "2026-11-23T21:10:00", "2026-11-23T21:11:00")]
    [InlineData("0 * * * * *", "2026-11-23T21:10:59.900", "2026-11-23T21:11:00")]
    [InlineData("*/15 * * * * *", "2026-11-23T21:10:14", "2026-11-23T21:10:15")]
    [InlineData("0 */5 * * * *", "2026-11-23T21:56:00", "2026-11-23T22:00:00")]
    [InlineData("0 30 9 * * 1-5", "2026-11-20T10:00:00", "2026-11-23T09:30:00")]
    [InlineData("0 0 0 1 jan *", "2026-11-23T21:10:00", "2027-01-01T00:00:00")]
    [InlineData("0 0 12 29 2 *", "2026-11-23T21:10:00", "2028-02-29T12:00:00")]
    [InlineData("30 10,40 8-18/5 * * sun", "2026-11-23T21:10:00", "2026-11-29T08:10:30")]
    [InlineData("0 59 23 * * *", "2026-12-31T23:59:00", "2027-01-01T23:59:00")]
    [InlineData("5 4 * * *", "2026-11-23T04:05:00", "2026-11-24T04:05:00")]
    [InlineData("0 20/20 * * * *", "2026-11-23T21:41:00", "2026-11-23T22:20:00")]
    [InlineData("00:05:00", "2026-11-23T21:10:03", "2026-11-23T21:15:03")]
    public void The_next_occurrence_is_the_first_one_behind(string schedule, string after, string next) =>
        Assert.Equal(Utc(next), TimerSchedule.Parse(schedule).Next(Utc(after)));

    [Theory]
    [InlineData("* * *")]
    [InlineData("60 * * * * *")]
    [InlineData("0 0 24 * * *")]
    [InlineData("0 0 0 0 * *")]
    [InlineData("0 0 0 30 2 *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("5-1 * * * * *")]
    [InlineData("often")]
    [InlineData("00:00:00")]
    public void What_never_comes_due_or_makes_no_sense_is_refused(string schedule) =>
        Assert.Throws<FunctionSetupException>(() => TimerSchedule.Parse(schedule));

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);
}
