using Ingest.Testing;
using Ingest.Testing.Node;

namespace Ingest.Emulator.Tests.JavaScript;

/// <summary>The scripts that drive the emulator with the unmodified JavaScript SDK.</summary>
internal static class Script
{
    public static Task<T> RunAsync<T>(
        EventHubsEmulator emulator, string name, string hub = "telemetry", TimeSpan? timeout = null, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(variable => variable.Name, variable => variable.Value);
        variables["CONNECTION_STRING"] = emulator.ConnectionString;
        variables["HUB"] = hub;
        return new NodeScript(Repository.PathOf("tests", "Ingest.Emulator.Tests", "js", name + ".js")).RunAsync<T>(variables, timeout: timeout);
    }
}
