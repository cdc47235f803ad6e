using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function on a schedule.</summary>
/// <param name="schedule">Six NCRONTAB fields (seconds first), five without seconds, a TimeSpan, or <c>%Setting%</c>.</param>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>The schedule, before settings are resolved.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Whether the function also runs as soon as the host has started.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>Whether occurrences are remembered over restarts; never for intervals under a minute.</summary>
    public bool UseMonitor { get; set; } = true;
}
