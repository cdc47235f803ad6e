namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>A step around every invocation. One instance serves all of them, in parallel.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Runs around <paramref name="next"/>; an exception that leaves it fails the invocation.</summary>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
