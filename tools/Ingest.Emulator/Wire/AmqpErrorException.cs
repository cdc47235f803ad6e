namespace Ingest.Emulator.Wire;

/// <summary>What an <see cref="AmqpErrorException"/> ends.</summary>
internal enum ErrorScope
{
    Link,
    Session,
    Connection,
}

/// <summary>A peer broke a rule, or asked for what is not there; answered by ending the named scope with the condition.</summary>
internal sealed class AmqpErrorException(ErrorScope scope, string condition, string description) : Exception(description)
{
    public ErrorScope Scope { get; } = scope;

    public string Condition { get; } = condition;
}
