using System.Reflection;
using Azure.Messaging.EventHubs;
using Ingest.LocalWorker.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;

namespace Ingest.LocalWorker.Invocation;

/// <summary>The functions of an application.</summary>
internal sealed class FunctionCatalog(IReadOnlyList<FunctionDescriptor> functions)
{
    public IReadOnlyList<FunctionDescriptor> Functions { get; } = functions;

    /// <exception cref="FunctionSetupException">Methods cannot be functions; every mistake is named.</exception>
    public static FunctionCatalog Of(FunctionSource source, RetryPolicy? retryOfHost)
    {
        var functions = new List<FunctionDescriptor>();
        var mistakes = new List<string>();
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var method in source.Types.SelectMany(type => type.GetMethods(All)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute)
            {
                continue;
            }

            try
            {
                functions.Add(Describe(method, attribute.Name, retryOfHost));
            }
            catch (FunctionSetupException e)
            {
                mistakes.Add($"{attribute.Name}: {e.Message}");
            }
        }

        mistakes.AddRange(functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: several functions have this name"));
        return mistakes.Count == 0 ? new FunctionCatalog(functions) : throw new FunctionSetupException(string.Join("; ", mistakes));
    }

    private static FunctionDescriptor Describe(MethodInfo method, string name, RetryPolicy? retryOfHost)
    {
        if (!method.IsPublic)
        {
            throw new FunctionSetupException($"the method {method.Name} is not public");
        }

        var triggers = method.GetParameters().Where(parameter => parameter.GetCustomAttribute<TriggerBindingAttribute>() is not null).ToList();
        if (triggers.Count != 1)
        {
            throw new FunctionSetupException($"{triggers.Count} parameters bear a trigger instead of one");
        }

        var trigger = triggers[0].GetCustomAttribute<TriggerBindingAttribute>()!;
        var expected = trigger switch
        {
            EventHubTriggerAttribute { IsBatched: true } => typeof(EventData[]),
            EventHubTriggerAttribute => typeof(EventData),
            TimerTriggerAttribute => typeof(TimerInfo),
            HttpTriggerAttribute => typeof(HttpRequestData),
            _ => throw new FunctionSetupException($"the trigger {trigger.GetType().Name} is not known"),
        };
        if (triggers[0].ParameterType != expected)
        {
            throw new FunctionSetupException($"the parameter {triggers[0].Name} must be {expected.Name}");
        }

        foreach (var other in method.GetParameters().Where(parameter => parameter != triggers[0]))
        {
            if (other.ParameterType != typeof(FunctionContext) && other.ParameterType != typeof(CancellationToken))
            {
                throw new FunctionSetupException($"the parameter {other.Name} must be FunctionContext or CancellationToken");
            }
        }

        var attribute = method.GetCustomAttribute<RetryAttribute>();
        // The host repeats only what nobody waits for.
        var retry = trigger is HttpTriggerAttribute ? null : attribute is null ? retryOfHost : RetryPolicy.From(attribute);
        return new FunctionDescriptor(method, name, trigger, retry);
    }
}
