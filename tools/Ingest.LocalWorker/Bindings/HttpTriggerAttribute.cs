using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function with an HTTP request.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Every method, function key required (in Azure).</summary>
    public HttpTriggerAttribute()
    {
    }

    /// <summary>The given methods, function key required (in Azure).</summary>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    /// <summary>Every method at the given level.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>The given methods at the given level.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The key a caller needs; the local worker asks for none.</summary>
    public AuthorizationLevel AuthLevel { get; } = AuthorizationLevel.Function;

    /// <summary>The HTTP methods served; null means every one.</summary>
    public string[]? Methods { get; }

    /// <summary>The route below the prefix (<c>api</c>); null means the function's name.</summary>
    public string? Route { get; set; }
}

/// <summary>The kind of key that a request needs in Azure.</summary>
public enum AuthorizationLevel
{
    Anonymous = 0,
    User = 1,
    Function = 2,
    System = 3,
    Admin = 4,
}
