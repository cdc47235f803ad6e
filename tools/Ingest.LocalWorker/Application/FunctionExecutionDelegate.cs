namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>The rest of the invocation pipeline: the next middleware, and at its end the function itself.</summary>
public delegate Task FunctionExecutionDelegate(FunctionContext context);
