namespace Ingest.Pipeline.Tests.Schemas.Fuzzing;

/// <summary>Changes texts a little, so that they stay near to what a parser takes.</summary>
internal sealed class MutatedJson(int seed)
{
    private static readonly string[] Pieces =
        ["{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\":", "\\u0061", "\\ud83d", "\\ude00", "null", "true", "1e400", "-0", "0.1", "1e-999999999", "9223372036854775808", "\"\"", "{}", "[]", " ", "\n", "\u0000", "é", "😀", "[[[[[[[[[[[[[[[["];

    private readonly Random random = new(seed);

    public byte[] Mutate(byte[] text)
    {
        List<byte> bytes = [.. text];
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 4 when bytes.Count > 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    if (at < bytes.Count)
                    {
                        bytes[at] ^= (byte)(1 << random.Next(8));
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
