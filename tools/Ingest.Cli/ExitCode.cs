namespace Ingest.Cli;

/// <summary>What every command's exit code means.</summary>
public static class ExitCode
{
    public const int Fine = 0;

    /// <summary>The answer is "no": missing events, a broken rule.</summary>
    public const int No = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>It cannot be done here; the message names the limit.</summary>
    public const int CannotBeDone = 3;
}

/// <summary>Ends a command with one clear sentence instead of a stack trace.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
public sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
