namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the trigger says beside its data.</summary>
public abstract class BindingContext
{
    /// <summary>Values by name, case ignored: for Event Hubs <c>PartitionContext</c> (JSON text) and the <c>…Array</c> entries.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}

/// <summary>Which repetition an attempt is.</summary>
public abstract class RetryContext
{
    /// <summary>1 on the first repetition.</summary>
    public abstract int RetryCount { get; }

    /// <summary>How many repetitions there can be; -1 is for ever.</summary>
    public abstract int MaxRetryCount { get; }
}

/// <summary>W3C trace context of an invocation.</summary>
public abstract class TraceContext
{
    /// <summary>The <c>traceparent</c> value; empty when nothing listens.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The <c>tracestate</c> value.</summary>
    public abstract string TraceState { get; }

    /// <summary>Further attributes of the trace.</summary>
    public abstract IReadOnlyDictionary<string, string> Attributes { get; }

    /// <summary>The baggage of the trace.</summary>
    public abstract IReadOnlyDictionary<string, string> Baggage { get; }
}

/// <summary>A function as the host knows it.</summary>
public abstract class FunctionDefinition
{
    /// <summary>Identifies the function in this process.</summary>
    public abstract string Id { get; }

    /// <summary>The name given by <see cref="FunctionAttribute"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Full type name and method name.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>The file of the assembly that holds the function.</summary>
    public abstract string PathToAssembly { get; }
}
