using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using Ingest.Pipeline.Tests.Decoding.Foreign;
using Ingest.Pipeline.Tests.Records;

namespace Ingest.Pipeline.Tests.Decoding;

/// <summary>Random records, written here as Avro or CSV and read back: each comes out as it went in.</summary>
[Properties(Arbitrary = [typeof(Payloads)], MaxTest = 300)]
public sealed class TypedFormatProperties
{
    private const string AvroSchema = """
        {
          "type": "record", "name": "R", "fields": [
            { "name": "id", "type": "string" },
            { "name": "n", "type": "long" },
            { "name": "d", "type": ["null", "double"] },
            { "name": "b", "type": "boolean" },
            { "name": "l", "type": { "type": "array", "items": ["string", "null"] } },
            { "name": "o", "type": { "type": "record", "name": "O", "fields": [ { "name": "x", "type": "double" }, { "name": "j", "type": ["string", "null"] } ] } }
          ]
        }
        """;

    private const string JsonSchema = """
        {
          "type": "object", "required": ["id"], "additionalProperties": false,
          "properties": {
            "id": { "type": "string" }, "n": { "type": "integer" }, "d": { "type": "number" }, "b": { "type": "boolean" },
            "l": { "type": "array", "items": { "type": ["string", "null"] } },
            "o": { "type": "object", "properties": { "x": { "type": "number" }, "j": { "type": "string" } } }
          }
        }
        """;

    private static readonly string[] Codecs = ["null", "snappy", "zstandard"];

    [Property]
    public void Avro_records_come_out_as_they_went_in(Telemetry[] records, byte choice)
    {
        if (records.Length == 0)
        {
            return;
        }

        var stream = ForeignEvents.Load("""{ "name": "readings", "schema": { "avro": "x.avsc" } }""", files => files.With("x.avsc", AvroSchema));
        byte[][] data = [.. records.Select(Avro)];
        AssertSame(records, Decoded.Of(stream, null, ForeignEvents.Event(AvroFiles.Of(Codecs[choice % 3], AvroSchema, data, 1 + (choice / 3 % 4)))));
        AssertSame(records, Decoded.Of(stream, null, [.. data.Select(d => ForeignEvents.Event([0, 0, 0, 0, 1, .. d]))]));
    }

    [Property]
    public void Lines_of_CSV_come_out_as_they_went_in(Telemetry[] records, byte choice)
    {
        if (records.Length == 0)
        {
            return;
        }

        var delimiter = ",;\t|"[choice % 4];
        var lineEnd = choice % 3 == 0 ? "\n" : "\r\n";
        var stream = ForeignEvents.Load(
            $$"""{ "name": "readings", "schema": { "csv": { "delimiter": {{JsonSerializer.Serialize(delimiter)}} }, "json": "s.json" } }""", files => files.With("s.json", JsonSchema));
        var lines = records.Select(r => string.Join(delimiter, Csv(r, delimiter, choice % 2 == 0)));
        var body = string.Join(lineEnd, lines.Prepend(string.Join(delimiter, "o.j", "id", "n", "d", "b", "l", "o.x"))) + (choice % 5 == 0 ? "" : lineEnd);

        AssertSame(records, Decoded.Of(stream, null, Decoded.Event(body)));
    }

    private static void AssertSame(Telemetry[] records, Decoded decoded)
    {
        Assert.True(decoded.Refused.Count == 0, decoded.Refused.FirstOrDefault()?.Fault.ToString());
        Assert.Equal(records.Length, decoded.Batch.RowCount);
        for (var row = 0; row < records.Length; row++)
        {
            var expected = records[row];
            Assert.Equal(expected.Id, decoded.Batch.Value("id", row));
            Assert.Equal(expected.N, decoded.Batch.Value("n", row));
            Assert.Equal(expected.D, decoded.Batch.Value("d", row));
            Assert.Equal(expected.B, decoded.Batch.Value("b", row));
            Assert.Equal(expected.L, decoded.Batch.Value("l", row));
            Assert.Equal(expected.X, decoded.Batch.Value("o.x", row));
            Assert.Equal(expected.J, decoded.Batch.Value("o.j", row));
        }
    }

    private static byte[] Avro(Telemetry r) =>
    [
        .. AvroFiles.Text(r.Id), .. AvroFiles.Long(r.N), .. r.D is { } d ? (byte[])[2, .. BitConverter.GetBytes(d)] : [0], r.B ? (byte)1 : (byte)0,

        // One block an item, where a real writer has one for all: both are allowed. A negative count says how long the block is.
        .. r.L.SelectMany((item, i) =>
        {
            byte[] value = item is null ? [2] : [0, .. AvroFiles.Text(item)];
            return i % 2 == 0 ? (byte[])[2, .. value] : [1, .. AvroFiles.Long(value.Length), .. value];
        }), 0,
        .. BitConverter.GetBytes(r.X), 0, .. AvroFiles.Text(r.J),
    ];

    private static IEnumerable<string> Csv(Telemetry r, char delimiter, bool quotesAll)
    {
        string?[] fields =
        [
            r.J, r.Id, r.N.ToString(CultureInfo.InvariantCulture), r.D is { } d ? JsonSerializer.Serialize(d) : null, r.B ? "true" : "false",
            JsonSerializer.Serialize(r.L), JsonSerializer.Serialize(r.X),
        ];
        return fields.Select(f => f is null ? "" : quotesAll || f.Length == 0 || f.AsSpan().IndexOfAny("\"\r\n\t,;|") >= 0 || f.Contains(delimiter) ? $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : f);
    }
}
