using System.Reflection;
using System.Runtime.CompilerServices;
using Ingest.LocalWorker.Invocation;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app begins.</summary>
public class FunctionsApplication
{
    /// <summary>
    /// A builder for the functions of the calling assembly, with <c>host.json</c> and <c>local.settings.json</c> beside it.
    /// </summary>
    // Inlined into its caller, the method would take the caller's caller for the application.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) =>
        new(args, FunctionSource.Of(Assembly.GetCallingAssembly()));
}
