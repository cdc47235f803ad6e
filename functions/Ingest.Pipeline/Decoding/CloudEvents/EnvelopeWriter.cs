using System.Text;
using System.Text.Unicode;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.CloudEvents;

/// <summary>
/// Checks the attributes of one CloudEvent and puts them into the columns behind those of the schema. One attribute at a time,
/// then <see cref="TryFinish"/>; the row is the caller's to commit or take back.
/// </summary>
internal sealed class EnvelopeWriter(IReadOnlyList<string> extensions, int firstColumn, DecodingOptions options)
{
    private readonly Envelope envelope = new(extensions);
    private readonly JsonBuffer others = new();
    private readonly HashSet<string> otherNames = new(StringComparer.Ordinal);
    private byte[] scratch = new byte[256];
    private RecordBatch batch = null!;

    /// <summary>Media type of the data as it was written; empty where the event names none. Valid until the next change of the batch.</summary>
    public ReadOnlySpan<byte> DataContentType => Text(Envelope.DataContentType);

    public void Begin(RecordBatch into)
    {
        batch = into;
        others.Clear();
        otherNames.Clear();
    }

    /// <param name="key">As it stands between the quotes.</param>
    /// <param name="value">A JSON value as it stands in the event.</param>
    public bool TryPutJson(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, out Fault fault)
    {
        fault = default;
        if (value.SequenceEqual("null"u8))
        {
            return true;
        }

        if (!TryText(key, out var name, out fault))
        {
            return false;
        }

        var index = envelope.Find(name);
        var pointer = PointerOf(name);
        if (value[0] == '"')
        {
            // The name may lie in the scratch buffer, so it is used before the value is unescaped there.
            var nameText = index < 0 ? Encoding.UTF8.GetString(name) : "";
            return TryText(value[1..^1], out var text, out fault, pointer) && TryPut(index, nameText, pointer, text, value, out fault);
        }

        if (!IsScalar(value))
        {
            fault = value[0] is (byte)'{' or (byte)'['
                ? DecodeFaults.Schema("An attribute of a CloudEvent is a text, a number or a boolean.", pointer)
                : DecodeFaults.Malformed("Expected a value.", pointer);
            return false;
        }

        if (index is >= 0 && index < Envelope.Attributes.Count)
        {
            fault = DecodeFaults.Schema($"The attribute {Envelope.Attributes[index]} must be a text.", pointer);
            return false;
        }

        return TryPut(index, index < 0 ? Encoding.UTF8.GetString(name) : "", pointer, value, value, out fault);
    }

    /// <param name="value">An application property, of any type that AMQP has.</param>
    public bool TryPutProperty(ReadOnlySpan<char> name, object? value, out Fault fault)
    {
        fault = default;
        if (value is null)
        {
            return true;
        }

        var text = Encoding.UTF8.GetBytes(EventText.Of(value));
        var key = Encoding.UTF8.GetBytes(name.ToString());
        if (text.Length > options.MaxStringBytes)
        {
            fault = TooLong(PointerOf(key));
            return false;
        }

        var json = new JsonBuffer();
        if (value is bool or sbyte or byte or short or ushort or int or uint or long or ulong)
        {
            json.Raw(text);
        }
        else
        {
            json.String(text);
        }

        var index = envelope.Find(key);
        return TryPut(index, name.ToString(), PointerOf(key), text, json.Written, out fault);
    }

    /// <summary>Checks that nothing required is missing, and completes the columns.</summary>
    public bool TryFinish(out Fault fault)
    {
        for (var i = 0; i < Envelope.RequiredCount; i++)
        {
            if (!Has(i))
            {
                fault = DecodeFaults.Schema($"The attribute {Envelope.Attributes[i]}, which every CloudEvent must have, is missing.", "");
                return false;
            }
        }

        if (others.Length > 0)
        {
            others.Raw("}"u8);
            ((BytesColumn)ColumnAt(envelope.OthersIndex)).Append(others.Written);
        }

        fault = default;
        return true;
    }

    private bool TryPut(int index, string name, string pointer, ReadOnlySpan<byte> text, ReadOnlySpan<byte> json, out Fault fault)
    {
        fault = default;
        if (index < 0)
        {
            if (!otherNames.Add(name))
            {
                fault = Twice(pointer);
                return false;
            }

            others.Raw(others.Length == 0 ? "{"u8 : ","u8);
            others.String(Encoding.UTF8.GetBytes(name));
            others.Raw(":"u8);
            others.Raw(json);
            return true;
        }

        if (Has(index))
        {
            fault = Twice(pointer);
            return false;
        }

        switch (index)
        {
            case Envelope.SpecVersion when !text.SequenceEqual("1.0"u8):
                fault = DecodeFaults.Schema("Only version 1.0 of CloudEvents can be read.", pointer);
                return false;
            case Envelope.Id or Envelope.Source or Envelope.Type when text.IsEmpty:
                fault = DecodeFaults.Schema($"The attribute {Envelope.Attributes[index]} must not be empty.", pointer);
                return false;
            case Envelope.Time:
                if (Rfc3339.ParseDateTime(text, out var microseconds) is { } problem)
                {
                    fault = DecodeFaults.Schema(problem, pointer);
                    return false;
                }

                ((Int64Column)ColumnAt(index)).Append(microseconds);
                return true;
            default:
                ((BytesColumn)ColumnAt(index)).Append(text);
                return true;
        }
    }

    private bool TryText(ReadOnlySpan<byte> quoted, out ReadOnlySpan<byte> text, out Fault fault, string pointer = "")
    {
        text = quoted;
        fault = default;
        if (quoted.Length > options.MaxStringBytes)
        {
            fault = TooLong(pointer);
            return false;
        }

        // Without its closing quote a good text looks unterminated.
        var problem = JsonText.Scan(quoted, 0, out _, out var escaped);
        if (problem is not TextProblem.Unterminated || !Utf8.IsValid(quoted))
        {
            fault = DecodeFaults.Malformed(JsonText.Describe(problem is TextProblem.Unterminated ? TextProblem.InvalidUtf8 : problem), pointer);
            return false;
        }

        if (escaped)
        {
            if (scratch.Length < quoted.Length)
            {
                scratch = new byte[quoted.Length];
            }

            text = scratch.AsSpan(0, JsonText.Unescape(quoted, scratch));
        }

        return true;
    }

    private static bool IsScalar(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8) || JsonGrammar.EndOfNumber(value, 0) == value.Length;

    private static string PointerOf(ReadOnlySpan<byte> name) => JsonPointer.Append("", Encoding.UTF8.GetString(name[..Math.Min(name.Length, 100)]));

    private static Fault Twice(string pointer) => DecodeFaults.Malformed("The attribute occurs twice.", pointer);

    private Fault TooLong(string pointer) => new(
        FaultStage.Decode, FaultCode.TooLarge, $"An attribute has more than {options.MaxStringBytes} bytes.", pointer);

    private Column ColumnAt(int index) => batch.Columns[firstColumn + index];

    private bool Has(int index) => ColumnAt(index).Count > batch.RowCount;

    private ReadOnlySpan<byte> Text(int index) => Has(index) ? ((BytesColumn)ColumnAt(index))[batch.RowCount] : default;
}
