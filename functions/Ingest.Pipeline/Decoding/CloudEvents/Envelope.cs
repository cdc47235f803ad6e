using System.Text;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Decoding.CloudEvents;

/// <summary>The columns that the attributes of a CloudEvent become, and which attribute goes where.</summary>
internal sealed class Envelope
{
    public const string Prefix = "_ce_";
    public const string Others = "_ce_extensions";

    public const int SpecVersion = 0;
    public const int Id = 1;
    public const int Source = 2;
    public const int Type = 3;
    public const int Time = 5;
    public const int DataContentType = 7;

    /// <summary>The attributes of the specification, in the order of their columns; the first four are required.</summary>
    public static readonly IReadOnlyList<string> Attributes =
        ["specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"];

    public const int RequiredCount = 4;

    private readonly byte[][] names;

    public Envelope(IReadOnlyList<string> extensions)
    {
        names = [.. Attributes.Concat(extensions).Select(Encoding.UTF8.GetBytes)];
        OthersIndex = names.Length;
    }

    /// <summary>Index of the column that the extensions without a column of their own share.</summary>
    public int OthersIndex { get; }

    /// <summary>Index of the attribute's column; −1 where it has none of its own.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (name.SequenceEqual(names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // All may be null: with the format "auto" a record may have no envelope.
    public static IReadOnlyList<ColumnDefinition> Columns(IReadOnlyList<string> extensions) =>
    [
        .. Attributes.Concat(extensions).Select(a => new ColumnDefinition(Prefix + a, a == "time" ? ColumnType.Timestamp : ColumnType.String)),
        new ColumnDefinition(Others, ColumnType.Json),
    ];
}
