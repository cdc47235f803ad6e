using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function with the events of one partition at a time.</summary>
/// <param name="eventHubName">The hub's name; <c>%Setting%</c> is replaced by that setting.</param>
public sealed class EventHubTriggerAttribute(string eventHubName) : TriggerBindingAttribute
{
    /// <summary>The hub's name, before settings are resolved.</summary>
    public string EventHubName { get; } = eventHubName;

    /// <summary>The consumer group; <c>%Setting%</c> is resolved, null means <c>$Default</c>.</summary>
    public string? ConsumerGroup { get; set; }

    /// <summary>The setting (connection string) or the setting prefix (identity) of the namespace.</summary>
    public string? Connection { get; set; }

    /// <summary>Whether the function takes a batch or is started once per event.</summary>
    public bool IsBatched { get; set; } = true;
}
