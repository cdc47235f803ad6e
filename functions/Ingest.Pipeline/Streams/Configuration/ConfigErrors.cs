using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>Collects the mistakes of one streams file and its schemas.</summary>
internal sealed class ConfigErrors(string file)
{
    private readonly List<ConfigurationError> found = [];

    public string File { get; } = file;

    /// <summary>Where the schema compiler adds the mistakes of a schema file, under that file's own name and lines.</summary>
    public ICollection<ConfigurationError> All => found;

    public int Count => found.Count;

    public void Add(ConfigNode at, string message) => Add(at.Line, at.Pointer, message);

    public void Add(int line, string pointer, string message) => found.Add(new ConfigurationError(File, line, pointer, message));

    /// <summary>The streams file first, each file from top to bottom, every mistake once: two streams may share a broken schema.</summary>
    public void ThrowIfAny()
    {
        if (found.Count == 0)
        {
            return;
        }

        throw new StreamConfigurationException(
            [.. found.Distinct().OrderBy(e => e.File != File).ThenBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line)]);
    }
}
