using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Csv;

/// <summary>Which field is which property, in an order in which nested properties lie together.</summary>
internal sealed class CsvHeader
{
    private readonly (int Cell, CsvField Field)[] order;

    public CsvHeader(CsvDefinition definition, IReadOnlyList<string> names)
    {
        Count = names.Count;
        order = [.. names.Index().Select(n => (n.Index, definition.Find(n.Item)))
            .OrderBy(f => string.Join('\0', f.Item2.Path), StringComparer.Ordinal)];
    }

    public int Count { get; }

    public void Write(CsvPayload reader, ReadOnlySpan<byte> payload, List<CsvCell> cells, JsonBuffer to)
    {
        to.Raw("{"u8);
        IReadOnlyList<string> open = [];
        var isFirst = true;
        foreach (var (index, field) in order)
        {
            var cell = cells[index];
            if (cell is { Length: 0, IsQuoted: false })
            {
                continue;
            }

            var depth = Common(open, field.Path);
            for (var level = open.Count; level > depth; level--)
            {
                to.Raw("}"u8);
                isFirst = false;
            }

            for (var level = depth; level < field.Path.Count; level++)
            {
                to.Raw(isFirst ? ""u8 : ","u8);
                to.String(field.Keys[level]);
                to.Raw(level < field.Path.Count - 1 ? ":{"u8 : ":"u8);
                isFirst = true;
            }

            open = [.. field.Path.SkipLast(1)];
            Write(reader.Value(payload, cell), cell.IsQuoted, field.Types, to);
            isFirst = false;
        }

        for (var level = open.Count; level >= 0; level--)
        {
            to.Raw("}"u8);
        }
    }

    private static void Write(ReadOnlySpan<byte> value, bool isQuoted, CsvTypes types, JsonBuffer to)
    {
        var trimmed = value.Trim((byte)' ');
        if (types.HasFlag(CsvTypes.Number) && !trimmed.IsEmpty && JsonGrammar.EndOfNumber(trimmed, 0) == trimmed.Length
            && !(isQuoted && types.HasFlag(CsvTypes.Text)))
        {
            to.Raw(trimmed);
        }
        else if (types.HasFlag(CsvTypes.Boolean) && (Is(trimmed, "true"u8) || Is(trimmed, "false"u8)))
        {
            to.Boolean(Is(trimmed, "true"u8));
        }
        else if (types.HasFlag(CsvTypes.Container) && !trimmed.IsEmpty && trimmed[0] is (byte)'{' or (byte)'[')
        {
            // Checked by whoever reads the record; a broken one spoils this record alone.
            to.Raw(trimmed);
        }
        else
        {
            to.String(value);
        }
    }

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(value, word);

    private static int Common(IReadOnlyList<string> open, IReadOnlyList<string> path)
    {
        var depth = 0;
        while (depth < open.Count && depth < path.Count - 1 && open[depth] == path[depth])
        {
            depth++;
        }

        return depth;
    }
}
