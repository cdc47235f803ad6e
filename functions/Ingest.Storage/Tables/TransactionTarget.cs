using System.Buffers;
using System.Text;

namespace Ingest.Storage.Tables;

/// <summary>Where the operations of a transaction go: the parts of their bytes that are the same for all.</summary>
internal sealed class TransactionTarget
{
    public static readonly byte[] PutEnd = Encoding.ASCII.GetBytes("') HTTP/1.1\r\n" + Headers);

    private const string Headers =
        "Content-Type: application/json\r\nAccept: application/json;odata=minimalmetadata\r\nPrefer: return-no-content\r\nDataServiceVersion: 3.0\r\n";

    private static readonly string Begin =
        $"--changeset_{TransactionBody.Boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";

    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    /// <param name="endpoint">Of the account's tables, without a slash at its end.</param>
    /// <param name="partitionKey">In UTF-8.</param>
    public TransactionTarget(string endpoint, string table, ReadOnlySpan<byte> partitionKey)
    {
        Table = table;
        PartitionKey = partitionKey.ToArray();
        using var text = new Utf8Buffer(512);
        text.Write(Encoding.ASCII.GetBytes($"{Begin}PUT {endpoint}/{table}(PartitionKey='"));
        WriteUriText(text, partitionKey);
        text.Write("',RowKey='"u8);
        Put = text.Written.ToArray();
        Insert = Encoding.ASCII.GetBytes($"{Begin}POST {endpoint}/{table} HTTP/1.1\r\n{Headers}\r\n");
    }

    public string Table { get; }

    public byte[] PartitionKey { get; }

    /// <summary>From the operation's boundary to the row key.</summary>
    public byte[] Put { get; }

    /// <summary>From the operation's boundary to the entity.</summary>
    public byte[] Insert { get; }

    /// <summary>A key inside the quotes of an address: quotes doubled, and everything percent-encoded that is not unreserved.</summary>
    public static void WriteUriText(Utf8Buffer into, ReadOnlySpan<byte> key)
    {
        while (key.IndexOfAnyExcept(Unreserved) is >= 0 and var at)
        {
            into.Write(key[..at]);
            var special = key[at];
            Span<byte> encoded = [(byte)'%', Hex(special >> 4), Hex(special & 15)];
            into.Write(encoded);
            if (special == '\'')
            {
                into.Write(encoded);
            }

            key = key[(at + 1)..];
        }

        into.Write(key);
    }

    private static byte Hex(int value) => (byte)"0123456789ABCDEF"[value];
}
