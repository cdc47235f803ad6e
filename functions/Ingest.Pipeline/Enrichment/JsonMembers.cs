using System.Text.Json;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Takes one member out of the JSON objects of a column, or puts another value in its place. Reaches through objects, not into arrays.</summary>
/// <param name="path">UTF-8 names, unescaped.</param>
/// <param name="replacement">JSON; empty: the member goes.</param>
/// <param name="emptyIsNull">Whether an object that has nothing left becomes null.</param>
internal readonly struct JsonMembers(byte[][] path, byte[] replacement, bool emptyIsNull) : IValueEdit
{
    public bool OccursIn(BytesColumn column)
    {
        for (var row = 0; row < column.Count; row++)
        {
            if (!column.IsNull(row) && TryFind(column[row], out _, out _, out _))
            {
                return true;
            }
        }

        return false;
    }

    public void Append(ReadOnlySpan<byte> value, BytesColumn to)
    {
        if (!TryFind(value, out var start, out var content, out var end))
        {
            to.Append(value);
            return;
        }

        if (replacement.Length > 0)
        {
            start = content;
        }
        else
        {
            (start, end) = WithComma(value, start, end);
        }

        if (emptyIsNull && replacement.Length == 0 && IsBlank(value[1..start]) && IsBlank(value[end..^1]))
        {
            to.AppendNull();
            return;
        }

        var length = start + replacement.Length + value.Length - end;
        var room = to.Reserve(length);
        value[..start].CopyTo(room);
        replacement.CopyTo(room[start..]);
        value[end..].CopyTo(room[(start + replacement.Length)..]);
        to.Commit(length);
    }

    private bool TryFind(ReadOnlySpan<byte> json, out int start, out int content, out int end)
    {
        (start, content, end) = (0, 0, 0);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var level = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            start = (int)reader.TokenStartIndex;
            var isIt = reader.ValueTextEquals(path[level]);
            reader.Read();
            if (!isIt)
            {
                reader.Skip();
            }
            else if (level == path.Length - 1)
            {
                content = (int)reader.TokenStartIndex;
                reader.Skip();
                end = (int)reader.BytesConsumed;
                return true;
            }
            else if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }
            else
            {
                level++;
            }
        }

        return false;
    }

    /// <summary>The comma behind the member goes with it, or, behind the last one, the comma before.</summary>
    private static (int Start, int End) WithComma(ReadOnlySpan<byte> json, int start, int end)
    {
        var behind = end;
        while (IsSpace(json[behind]))
        {
            behind++;
        }

        if (json[behind] == ',')
        {
            return (start, behind + 1);
        }

        var before = start - 1;
        while (IsSpace(json[before]))
        {
            before--;
        }

        return json[before] == ',' ? (before, end) : (start, end);
    }

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8).IsEmpty;

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
