using Ingest.LocalWorker.EventHubs.Trigger;
using Ingest.LocalWorker.Http;
using Ingest.LocalWorker.Invocation;
using Ingest.LocalWorker.Settings;
using Ingest.LocalWorker.Timers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Application;

/// <summary>Makes the listener of each function: one for all HTTP functions together, one each for the others.</summary>
internal sealed class TriggerListenerFactory(IServiceProvider services)
{
    /// <exception cref="FunctionSetupException">Settings are missing or wrong; every mistake is named.</exception>
    public IReadOnlyList<ITriggerListener> Create(IReadOnlyList<FunctionDescriptor> functions)
    {
        var listeners = new List<ITriggerListener>();
        var mistakes = new List<string>();
        foreach (var function in functions.Where(function => function.Trigger is not HttpTriggerAttribute))
        {
            try
            {
                listeners.Add(function.Trigger switch
                {
                    EventHubTriggerAttribute trigger => ActivatorUtilities.CreateInstance<EventHubListener>(services, function, trigger),
                    TimerTriggerAttribute trigger => ActivatorUtilities.CreateInstance<TimerListener>(services, function, trigger),
                    _ => throw new FunctionSetupException($"the trigger {function.Trigger.GetType().Name} is not known"),
                });
            }
            catch (FunctionSetupException e)
            {
                mistakes.Add($"{function.Name}: {e.Message}");
            }
        }

        if (mistakes.Count > 0)
        {
            throw new FunctionSetupException(string.Join("; ", mistakes));
        }

        var http = functions.Where(function => function.Trigger is HttpTriggerAttribute).ToList();
        if (http.Count > 0)
        {
            listeners.Add(ActivatorUtilities.CreateInstance<HttpTriggerListener>(services, (IReadOnlyList<FunctionDescriptor>)http));
        }

        return listeners;
    }
}
