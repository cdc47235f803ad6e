namespace Ingest.Pipeline.Streams;

/// <summary>The files that streams.json and its schemas are read from. Called once, at start-up, from one thread.</summary>
public interface IStreamFiles
{
    /// <summary>Path of the streams file itself, for messages and for <see cref="Read"/>.</summary>
    string StreamsFile { get; }

    /// <summary>The file's bytes; null where there is no such file. May throw <see cref="IOException"/>, which becomes a reported mistake.</summary>
    /// <param name="path">Relative to the streams file, with forward slashes, never leaving its folder.</param>
    byte[]? Read(string path);
}

/// <summary>Files on disk, relative to the folder of streams.json.</summary>
public sealed class DiskStreamFiles : IStreamFiles
{
    private readonly string folder;

    public DiskStreamFiles(string streamsJsonPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(streamsJsonPath);
        var full = Path.GetFullPath(streamsJsonPath);
        folder = Path.GetDirectoryName(full)!;
        StreamsFile = Path.GetFileName(full);
    }

    public string StreamsFile { get; }

    public byte[]? Read(string path)
    {
        var full = Path.Combine(folder, path);
        return File.Exists(full) ? File.ReadAllBytes(full) : null;
    }
}
