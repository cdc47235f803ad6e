using System.Text;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>streams.json and its schemas, held in memory.</summary>
internal sealed class MemoryStreamFiles : IStreamFiles
{
    private readonly Dictionary<string, byte[]> files = [];

    public MemoryStreamFiles(string streamsJson) => files[StreamsFile] = Encoding.UTF8.GetBytes(streamsJson);

    public string StreamsFile => "streams.json";

    public MemoryStreamFiles With(string path, string content) => With(path, Encoding.UTF8.GetBytes(content));

    public MemoryStreamFiles With(string path, byte[] content)
    {
        files[path] = content;
        return this;
    }

    public byte[]? Read(string path) => files.GetValueOrDefault(path);
}
