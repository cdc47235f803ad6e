using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Where middleware and services of a function app are registered.</summary>
public interface IFunctionsWorkerApplicationBuilder
{
    /// <summary>The services of the application.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds a middleware; the first one added is the outermost.</summary>
    IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware);
}
