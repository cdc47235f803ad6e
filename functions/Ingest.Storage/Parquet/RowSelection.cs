namespace Ingest.Storage.Parquet;

/// <summary>Rows of a batch: a run that needs no copying, or a list of row numbers in the order to write.</summary>
internal readonly ref struct RowSelection
{
    private readonly ReadOnlySpan<int> rows;
    private readonly int start;

    public RowSelection(int start, int count)
    {
        this.start = start;
        Count = count;
        IsRun = true;
    }

    private RowSelection(ReadOnlySpan<int> rows)
    {
        this.rows = rows;
        Count = rows.Length;
    }

    public int Count { get; }

    public bool IsRun { get; }

    /// <summary>First row of a run.</summary>
    public int Start => start;

    /// <summary>Row numbers; empty for a run.</summary>
    public ReadOnlySpan<int> Rows => rows;

    public int this[int position] => IsRun ? start + position : rows[position];

    /// <param name="rows">Ascending row numbers: those without holes are a run.</param>
    public static RowSelection Ascending(ReadOnlySpan<int> rows) =>
        rows.Length == 0 || rows[^1] - rows[0] + 1 == rows.Length
            ? new RowSelection(rows.Length == 0 ? 0 : rows[0], rows.Length)
            : new RowSelection(rows);

    /// <param name="rows">Row numbers in any order.</param>
    public static RowSelection Ordered(ReadOnlySpan<int> rows) => new(rows);

    public RowSelection Slice(int offset, int count) =>
        IsRun ? new RowSelection(start + offset, count) : new RowSelection(rows.Slice(offset, count));
}
