namespace Ingest.Pipeline.Tests.Decoding;

/// <summary>Damages bytes at random, knowing nothing of their format. One seed, one sequence.</summary>
internal sealed class Mutation(int seed)
{
    private static readonly byte[] Telling = [0, 1, 2, 0x7f, 0x80, 0xff, (byte)'"', (byte)'{', (byte)'}', (byte)'[', (byte)']', (byte)',', (byte)'\\', (byte)'\n', (byte)'\r', (byte)' '];

    private readonly Random random = new(seed);

    public int Below(int bound) => random.Next(bound);

    public byte[] Apply(byte[] body, IReadOnlyList<byte[]> others)
    {
        for (var times = random.Next(4); times >= 0 && body.Length > 0; times--)
        {
            body = Once(body, others[random.Next(others.Count)]);
        }

        return body;
    }

    private byte[] Once(byte[] body, byte[] other)
    {
        var at = random.Next(body.Length);
        var length = Math.Min(random.Next(1, 1 + random.Next(1, 40)), body.Length - at);
        switch (random.Next(9))
        {
            case 0:
                body = [.. body];
                body[at] ^= (byte)(1 << random.Next(8));
                return body;
            case 1:
                body = [.. body];
                body[at] = Telling[random.Next(Telling.Length)];
                return body;
            case 2:
                return [.. body[..at], .. body[(at + length)..]];
            case 3:
                return [.. body[..at], .. body.AsSpan(at, length), .. body[at..]];
            case 4:
                return body[..at];
            case 5:
                var noise = new byte[length];
                random.NextBytes(noise);
                return [.. body[..at], .. noise, .. body[at..]];
            case 6 when other.Length > 0:
                var from = random.Next(other.Length);
                return [.. body[..at], .. other.AsSpan(from, Math.Min(length, other.Length - from)), .. body[(at + length)..]];
            case 7:
                // Lengths, counts and tags that claim as much as can be.
                var varint = Enumerable.Repeat((byte)0xff, random.Next(1, 11)).Append((byte)random.Next(128)).ToArray();
                return [.. body[..at], .. varint, .. body[(at + length)..]];
            default:
                body = [.. body];
                body.AsSpan(at, length).Fill(Telling[random.Next(Telling.Length)]);
                return body;
        }
    }
}
