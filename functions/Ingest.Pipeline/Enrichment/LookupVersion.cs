using System.Security.Cryptography;
using System.Text;

namespace Ingest.Pipeline.Enrichment;

/// <summary>What a lookup's rows are, in one text: a hash over the keys and ETags of all rows in their order.</summary>
internal sealed class LookupVersion : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool isKnown = true;

    public void Add(in LookupRow row)
    {
        if (row.ETag is null)
        {
            isKnown = false;
            return;
        }

        // Neither a key nor an ETag can hold this byte.
        Append(row.Key);
        hash.AppendData([0xff]);
        Append(row.ETag);
        hash.AppendData([0xff]);
    }

    /// <summary>Null where a row has no ETag.</summary>
    public string? ToText() => isKnown ? Convert.ToHexStringLower(hash.GetCurrentHash()) : null;

    public void Dispose() => hash.Dispose();

    private void Append(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
}
