using System.Reflection;

namespace Ingest.LocalWorker.Invocation;

/// <summary>Where functions come from, and where <c>host.json</c> and <c>local.settings.json</c> lie.</summary>
internal sealed record FunctionSource(string Name, IReadOnlyList<Type> Types, string Directory)
{
    public static FunctionSource Of(Assembly assembly) =>
        new(assembly.GetName().Name!, assembly.GetExportedTypes(), Path.GetDirectoryName(assembly.Location)!);
}
