namespace Ingest.Pipeline.Events;

/// <summary>One mistake in what the user wrote.</summary>
/// <param name="File">Path as the user wrote it, relative to streams.json.</param>
/// <param name="Line">From 1.</param>
/// <param name="Pointer">JSON Pointer of the offending value.</param>
/// <param name="Message">What is wrong and what to do, one sentence, with a suggestion for misspelt names.</param>
public sealed record ConfigurationError(string File, int Line, string Pointer, string Message)
{
    public override string ToString() => $"{File}({Line}): {Pointer}: {Message}";
}

/// <summary>Where something was written, for mistakes that show only later, such as a setting that is missing at start.</summary>
/// <inheritdoc cref="ConfigurationError"/>
public sealed record ConfigurationPlace(string File, int Line, string Pointer)
{
    public ConfigurationError Error(string message) => new(File, Line, Pointer, message);
}

/// <summary>All mistakes of streams.json and its schemas at once.</summary>
public sealed class StreamConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}
