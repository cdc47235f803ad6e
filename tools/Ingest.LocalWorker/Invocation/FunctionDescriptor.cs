using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Ingest.LocalWorker.Invocation;

/// <summary>A function, ready to be run.</summary>
internal sealed class FunctionDescriptor(MethodInfo method, string name, TriggerBindingAttribute trigger, RetryPolicy? retry)
    : FunctionDefinition
{
    private readonly Type[] parameterTypes = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];

    public override string Id => Name;

    public override string Name { get; } = name;

    public override string EntryPoint => $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string PathToAssembly => method.DeclaringType!.Assembly.Location;

    public TriggerBindingAttribute Trigger { get; } = trigger;

    /// <summary>Null: a failed invocation is not repeated.</summary>
    public RetryPolicy? Retry { get; } = retry;

    public MethodInfo Method => method;

    /// <summary>The arguments in order; <paramref name="triggerValue"/> goes to the parameter that bears the trigger.</summary>
    public object?[] Arguments(FunctionContext context, object triggerValue) =>
        [.. parameterTypes.Select(type =>
            type == typeof(FunctionContext) ? context
            : type == typeof(CancellationToken) ? (object?)context.CancellationToken
            : triggerValue)];
}
