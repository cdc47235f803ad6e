namespace Ingest.Pipeline.Sinks;

/// <summary>How the columns of a stream are called in Table Storage.</summary>
public static class TableProperties
{
    /// <summary>Longest name that a property may have.</summary>
    public const int MaxNameLength = 255;

    /// <summary>What Table Storage has itself, and what every row carries of its origin.</summary>
    public static readonly IReadOnlyList<string> Reserved =
    [
        "PartitionKey", "RowKey", "Timestamp", "_hub", "_epoch", "_partition", "_sequence", "_index", "_time", "_enqueued",
    ];

    /// <summary>
    /// The property of a column: a dot becomes two underscores, any other character that is no letter, digit or underscore
    /// becomes one, and a name that begins with a digit gets one before it.
    /// </summary>
    public static string NameOf(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var name = string.Concat(column.Select(c => c == '.' ? "__" : char.IsLetterOrDigit(c) || c == '_' ? c.ToString() : "_"));
        return name.Length > 0 && char.IsDigit(name[0]) ? "_" + name : name;
    }
}
