using System.Text;
using System.Text.Unicode;
using Ingest.Pipeline.Decoding.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Csv;

/// <summary>
/// RFC 4180, each record by itself. A record is handed to the JSON reader as the object that it stands for, so that every rule of the
/// schema holds for it: numbers and booleans as the schema has them, an empty field as an absent property, <c>""</c> as an empty text.
/// </summary>
internal sealed class CsvPayload(CsvDefinition definition, JsonPayload json, DecodingOptions options) : IPayloadReader
{
    private const int MaxFields = 10_000;
    private readonly List<CsvCell> cells = [];
    private readonly JsonBuffer text = new();
    private readonly JsonBuffer unquoted = new();
    private byte[] headerBytes = [];
    private CsvHeader? header;

    public void Read(ReadOnlyMemory<byte> payload, in DecodeTarget target)
    {
        var at = 0;
        if (!TryHeader(payload, ref at, target, out var fields))
        {
            return;
        }

        var index = 0;
        while (true)
        {
            var start = at;
            var outcome = CsvReader.Next(payload.Span, ref at, definition.Delimiter, MaxFields, cells);
            if (outcome == CsvOutcome.End)
            {
                break;
            }

            if (outcome == CsvOutcome.Blank)
            {
                continue;
            }

            if (index == options.MaxRecordsPerEvent)
            {
                target.RefuseRest(index, payload[start..], DecodeFaults.TooMany(options));
                return;
            }

            var record = payload[start..at].TrimEnd("\r\n"u8);
            if (TryRecord(record.Span, outcome, payload.Span, fields, target, out var fault))
            {
                target.Commit(index, json.Id, record);
            }
            else
            {
                target.Refuse(index, record, fault);
            }

            index++;
        }

        if (index == 0)
        {
            target.RefuseWhole(DecodeFaults.Empty() with { Detail = "The event holds no record behind its header." });
        }
    }

    private bool TryHeader(ReadOnlyMemory<byte> payload, ref int at, in DecodeTarget target, out CsvHeader fields)
    {
        if (definition.Columns is { } columns)
        {
            fields = header ??= new CsvHeader(definition, columns);
            return true;
        }

        fields = null!;
        CsvOutcome outcome;
        var start = 0;
        do
        {
            start = at;
            outcome = CsvReader.Next(payload.Span, ref at, definition.Delimiter, MaxFields, cells);
        }
        while (outcome == CsvOutcome.Blank);

        if (outcome is not CsvOutcome.Record)
        {
            target.RefuseWhole(DecodeFaults.Malformed($"The header cannot be read: {CsvReader.Describe(outcome)}"));
            return false;
        }

        // Events of one producer repeat their header.
        var line = payload.Span[start..at];
        if (header is not null && line.SequenceEqual(headerBytes))
        {
            fields = header;
            return true;
        }

        List<string> names = [];
        foreach (var cell in cells)
        {
            var name = Value(payload.Span, cell);
            if (!Utf8.IsValid(name) || name.IsEmpty)
            {
                target.RefuseWhole(DecodeFaults.Malformed(name.IsEmpty ? $"Column {names.Count + 1} of the header has no name." : "The header is not valid UTF-8."));
                return false;
            }

            names.Add(Encoding.UTF8.GetString(name));
        }

        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
        {
            target.RefuseWhole(DecodeFaults.Malformed($"The header names \"{twice.Key}\" twice."));
            return false;
        }

        (headerBytes, header) = (line.ToArray(), new CsvHeader(definition, names));
        fields = header;
        return true;
    }

    private bool TryRecord(
        ReadOnlySpan<byte> record, CsvOutcome outcome, ReadOnlySpan<byte> payload, CsvHeader fields, in DecodeTarget target, out Fault fault)
    {
        if (outcome != CsvOutcome.Record)
        {
            fault = DecodeFaults.Malformed(CsvReader.Describe(outcome), null);
            return false;
        }

        if (!Utf8.IsValid(record))
        {
            fault = DecodeFaults.Malformed("The record is not valid UTF-8.", null);
            return false;
        }

        if (cells.Count != fields.Count)
        {
            fault = DecodeFaults.Malformed($"The record has {cells.Count} fields; {fields.Count} are expected.", null);
            return false;
        }

        text.Clear();
        fields.Write(this, payload, cells, text);
        return json.TryReadAll(text.Written, target, out fault);
    }

    /// <summary>A cell without its quotes. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> payload, CsvCell cell)
    {
        var value = payload.Slice(cell.Start, cell.Length);
        if (!cell.HasQuotes)
        {
            return value;
        }

        unquoted.Clear();
        while (value.IndexOf((byte)'"') is >= 0 and var quote)
        {
            unquoted.Raw(value[..(quote + 1)]);
            value = value[(quote + 2)..];
        }

        unquoted.Raw(value);
        return unquoted.Written;
    }
}
