using System.Security.Cryptography;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>HMAC-SHA-256 with the salt as its key, in 64 lower-case hex digits.</summary>
internal readonly struct KeyedHash(byte[] salt) : IValueEdit
{
    public const int Length = 2 * HMACSHA256.HashSizeInBytes;

    public void Append(ReadOnlySpan<byte> value, BytesColumn to)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(salt, value, hash);
        Convert.TryToHexStringLower(hash, to.Reserve(Length), out var written);
        to.Commit(written);
    }
}
