using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Invocation;

/// <summary>The application's middleware with the function at the end.</summary>
internal sealed class FunctionPipeline
{
    public FunctionPipeline(IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware) =>
        Run = middleware.Reverse().Aggregate((FunctionExecutionDelegate)ExecuteAsync, (next, wrap) => wrap(next));

    public FunctionExecutionDelegate Run { get; }

    private static async Task ExecuteAsync(FunctionContext context)
    {
        var invocation = (LocalFunctionContext)context;
        var function = invocation.Function;
        var instance = function.Method.IsStatic
            ? null
            : ActivatorUtilities.CreateInstance(context.InstanceServices, function.Method.DeclaringType!);
        var result = function.Method.Invoke(
            instance, BindingFlags.DoNotWrapExceptions, null, function.Arguments(context, invocation.TriggerValue), null);
        invocation.Result = await ValueOf(result);
    }

    private static async Task<object?> ValueOf(object? returned)
    {
        switch (returned)
        {
            case ValueTask valueTask:
                await valueTask;
                return null;
            case Task task:
                await task;
                // A Task<T> carries its value, and an async method without one a value of a type that nobody may name.
                var type = task.GetType();
                var property = type.IsGenericType ? type.GetProperty("Result") : null;
                return property is null || property.PropertyType.Name == "VoidTaskResult" ? null : property.GetValue(task);
            case null:
                return null;
            default:
                var asTask = returned.GetType() is { IsGenericType: true } generic && generic.GetGenericTypeDefinition() == typeof(ValueTask<>)
                    ? (Task)generic.GetMethod("AsTask")!.Invoke(returned, null)!
                    : null;
                return asTask is null ? returned : await ValueOf(asTask);
        }
    }
}
