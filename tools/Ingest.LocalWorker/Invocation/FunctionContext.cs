using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Everything about one attempt to run a function.</summary>
public abstract class FunctionContext
{
    /// <summary>Identifies this attempt.</summary>
    public abstract string InvocationId { get; }

    /// <summary>Identifies the function in this process.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The distributed trace that this attempt belongs to.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>What the trigger says beside its data.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>Which repetition this is; null on the first attempt.</summary>
    public abstract RetryContext? RetryContext { get; }

    /// <summary>The services of this attempt's scope.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function itself.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values that middleware and function share during this attempt.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Trips when the host stops, when the partition was lost, and at the function timeout.</summary>
    public virtual CancellationToken CancellationToken => CancellationToken.None;
}

/// <summary>Loggers of an invocation.</summary>
public static class FunctionContextLoggerExtensions
{
    /// <summary>A logger in the category of <typeparamref name="T"/>.</summary>
    public static ILogger<T> GetLogger<T>(this FunctionContext context) => context.InstanceServices.GetRequiredService<ILogger<T>>();

    /// <summary>A logger in the given category.</summary>
    public static ILogger GetLogger(this FunctionContext context, string categoryName) =>
        context.InstanceServices.GetRequiredService<ILoggerFactory>().CreateLogger(categoryName);
}
