using System.Globalization;
using System.Numerics;
using Ingest.LocalWorker.Settings;

namespace Ingest.LocalWorker.Timers;

/// <summary>NCRONTAB: a time is due when all of its fields match, day of month and day of week both.</summary>
internal sealed class CronSchedule : TimerSchedule
{
    private const int YearsAhead = 8;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly string text;
    private readonly ulong seconds;
    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong daysOfMonth;
    private readonly ulong months;
    private readonly ulong daysOfWeek;

    private CronSchedule(string text, string[] fields)
    {
        this.text = text;
        seconds = Field(fields[0], 0, 59, []);
        minutes = Field(fields[1], 0, 59, []);
        hours = Field(fields[2], 0, 23, []);
        daysOfMonth = Field(fields[3], 1, 31, []);
        months = Field(fields[4], 1, 12, Months);
        daysOfWeek = Field(fields[5], 0, 6, Days);
    }

    /// <exception cref="FunctionSetupException">A field is out of its range, or no time ever matches.</exception>
    public static CronSchedule ParseCron(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var schedule = fields.Length switch
        {
            6 => new CronSchedule(text, fields),
            5 => new CronSchedule(text, ["0", .. fields]),
            _ => throw new FunctionSetupException($"the schedule '{text}' is neither a time span nor an expression of six fields"),
        };
        schedule.Next(DateTimeOffset.UnixEpoch);
        return schedule;
    }

    public override DateTimeOffset Next(DateTimeOffset after)
    {
        var utc = after.UtcDateTime;
        var first = new DateTime(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, utc.Second, DateTimeKind.Utc).AddSeconds(1);
        for (var day = first.Date; day < first.Date.AddYears(YearsAhead); day = day.AddDays(1))
        {
            if (!Has(months, day.Month) || !Has(daysOfMonth, day.Day) || !Has(daysOfWeek, (int)day.DayOfWeek))
            {
                continue;
            }

            var from = day == first.Date ? first.TimeOfDay : TimeSpan.Zero;
            if (TimeOfDay(from) is { } time)
            {
                return new DateTimeOffset(day + time, TimeSpan.Zero);
            }
        }

        throw new FunctionSetupException($"the schedule '{text}' never comes due");
    }

    private TimeSpan? TimeOfDay(TimeSpan from)
    {
        for (var hour = AtOrAfter(hours, from.Hours); hour >= 0; hour = AtOrAfter(hours, hour + 1))
        {
            var isSameHour = hour == from.Hours;
            for (var minute = AtOrAfter(minutes, isSameHour ? from.Minutes : 0); minute >= 0; minute = AtOrAfter(minutes, minute + 1))
            {
                var second = AtOrAfter(seconds, isSameHour && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0)
                {
                    return new TimeSpan(hour, minute, second);
                }
            }
        }

        return null;
    }

    private static bool Has(ulong field, int value) => (field >> value & 1) != 0;

    private static int AtOrAfter(ulong field, int value)
    {
        var rest = value > 63 ? 0 : field >> value << value;
        return rest == 0 ? -1 : BitOperations.TrailingZeroCount(rest);
    }

    private ulong Field(string field, int minimum, int maximum, string[] names)
    {
        ulong values = 0;
        foreach (var part in field.Split(','))
        {
            var step = part.Split('/');
            var range = step[0].Split('-');
            var isAll = step[0] == "*";
            var from = isAll ? minimum : Value(range[0]);
            var to = isAll || (step.Length > 1 && range.Length == 1) ? maximum : Value(range[^1]);
            var by = step.Length == 1 ? 1 : int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
            if (step.Length > 2 || range.Length > 2 || by < 1 || from < minimum || to > maximum || from > to)
            {
                throw Wrong();
            }

            for (var value = from; value <= to; value += by)
            {
                values |= 1UL << value;
            }
        }

        return values;

        int Value(string word)
        {
            var named = Array.FindIndex(names, name => name.Equals(word, StringComparison.OrdinalIgnoreCase));
            return named >= 0 ? named + minimum
                : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
                : throw Wrong();
        }

        FunctionSetupException Wrong() => new($"the schedule '{text}' is wrong at '{field}' (allowed: {minimum} to {maximum})");
    }
}
