using Amqp.Framing;
using Amqp.Types;

namespace Ingest.Emulator.Wire;

/// <summary>The error conditions of AMQP 1.0 and Event Hubs that the emulator answers with.</summary>
internal static class ErrorConditions
{
    public const string NotFound = "amqp:not-found";
    public const string NotAllowed = "amqp:not-allowed";
    public const string InvalidField = "amqp:invalid-field";
    public const string DecodeError = "amqp:decode-error";
    public const string NotImplemented = "amqp:not-implemented";
    public const string IllegalState = "amqp:illegal-state";
    public const string ResourceLimitExceeded = "amqp:resource-limit-exceeded";
    public const string ConnectionForced = "amqp:connection:forced";
    public const string FramingError = "amqp:connection:framing-error";
    public const string WindowViolation = "amqp:session:window-violation";
    public const string UnattachedHandle = "amqp:session:unattached-handle";
    public const string HandleInUse = "amqp:session:handle-in-use";
    public const string LinkStolen = "amqp:link:stolen";
    public const string DetachForced = "amqp:link:detach-forced";
    public const string MessageSizeExceeded = "amqp:link:message-size-exceeded";
    public const string ArgumentOutOfRange = "com.microsoft:argument-out-of-range";

    public static Error Error(string condition, string description) => new((Symbol)condition) { Description = description };
}
