using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Ingest.LocalWorker.Invocation;

/// <summary>One attempt.</summary>
internal sealed class LocalFunctionContext(
    FunctionDescriptor function,
    string invocationId,
    IServiceProvider services,
    IReadOnlyDictionary<string, object?> bindingData,
    RetryContext? retry,
    Activity? activity,
    CancellationToken cancellationToken) : FunctionContext
{
    public override string InvocationId { get; } = invocationId;

    public override string FunctionId => function.Id;

    public override TraceContext TraceContext { get; } = new ActivityTraceContext(activity);

    public override BindingContext BindingContext { get; } = new TriggerBindingContext(bindingData);

    public override RetryContext? RetryContext { get; } = retry;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override CancellationToken CancellationToken { get; } = cancellationToken;

    public FunctionDescriptor Function => function;

    /// <summary>What the trigger hands to the function; set before the pipeline runs.</summary>
    public object TriggerValue { get; set; } = null!;

    /// <summary>What the function returned.</summary>
    public object? Result { get; set; }

    private sealed class TriggerBindingContext(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }

    private sealed class ActivityTraceContext(Activity? activity) : TraceContext
    {
        public override string TraceParent => activity?.Id ?? "";

        public override string TraceState => activity?.TraceStateString ?? "";

        public override IReadOnlyDictionary<string, string> Attributes => new Dictionary<string, string>();

        public override IReadOnlyDictionary<string, string> Baggage =>
            activity?.Baggage.ToDictionary(entry => entry.Key, entry => entry.Value ?? "") ?? [];
    }
}

/// <summary>The repetition that an attempt is.</summary>
internal sealed class Repetition(int count, int maximum) : RetryContext
{
    public override int RetryCount => count;

    public override int MaxRetryCount => maximum;
}
