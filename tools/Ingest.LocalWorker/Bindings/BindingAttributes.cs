namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Marks a parameter that is bound to something outside the function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class BindingAttribute : Attribute;

/// <summary>Marks the parameter whose source starts the function.</summary>
public abstract class TriggerBindingAttribute : BindingAttribute;
