using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Json;

/// <summary>The lines of a text that hold something.</summary>
internal ref struct JsonLines(ReadOnlyMemory<byte> payload)
{
    private int at;
    private int begin;

    public bool TryNext(out ReadOnlyMemory<byte> line)
    {
        while (at < payload.Length)
        {
            var rest = payload[at..];
            var length = rest.Span.IndexOf((byte)'\n');
            line = length < 0 ? rest : rest[..length];
            (begin, at) = (at, at + line.Length + 1);
            if (JsonGrammar.SkipSpace(line.Span, 0) < line.Length)
            {
                line = line.Span[^1] == '\r' ? line[..^1] : line;
                return true;
            }
        }

        line = default;
        return false;
    }

    /// <summary>The line that <see cref="TryNext"/> returned last and all behind it.</summary>
    public readonly ReadOnlyMemory<byte> RestFrom(ReadOnlyMemory<byte> line) => line.IsEmpty ? default : payload[begin..];
}
