using System.Reflection;

namespace Ingest.Functions;

/// <summary>The version that runs.</summary>
public static class AppVersion
{
    /// <summary>For example <c>0.1.0</c>, or <c>0.1.0+commit</c> where the build knows one.</summary>
    public static string Text { get; } =
        typeof(AppVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
