namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer-triggered function learns about its schedule.</summary>
public class TimerInfo
{
    /// <summary>Last and next occurrence; null when the schedule is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run makes up for an occurrence that was missed while no host ran.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>The occurrences of a schedule around now, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The occurrence before this one.</summary>
    public DateTime Last { get; set; }

    /// <summary>The occurrence that is due next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this status was recorded.</summary>
    public DateTime LastUpdated { get; set; }
}
