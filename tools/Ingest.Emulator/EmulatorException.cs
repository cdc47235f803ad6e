namespace Ingest.Emulator;

/// <summary>The emulator cannot do what was asked; the message is one sentence fit for a user.</summary>
public sealed class EmulatorException : Exception
{
    /// <summary>Creates the exception with its sentence.</summary>
    public EmulatorException(string message) : base(message) { }

    /// <summary>Creates the exception with its sentence and what caused it.</summary>
    public EmulatorException(string message, Exception innerException) : base(message, innerException) { }
}
