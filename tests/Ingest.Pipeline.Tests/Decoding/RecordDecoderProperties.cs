using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Records;
using Ingest.Pipeline.Tests.Schemas;

namespace Ingest.Pipeline.Tests.Decoding;

/// <summary>What must hold for any payload, checked on random ones.</summary>
[Properties(Arbitrary = [typeof(Payloads)], MaxTest = 400)]
public sealed class RecordDecoderProperties
{
    private static readonly CompiledSchema Telemetry = Compiled.Schema("""
        {"type":"object","required":["id"],"properties":{"id":{"type":"string","maxLength":25},"n":{"type":"integer"},"d":{"type":["number","null"]},"b":{"type":"boolean"},
         "l":{"type":"array","items":{"type":["string","null"]}},"o":{"type":"object","properties":{"x":{"type":"number"},"j":true}}}}
        """);

    private static readonly CompiledSchema Open = Compiled.Schema("true");

    [Property]
    public void A_record_comes_out_as_it_went_in(Telemetry record)
    {
        var decoded = Decoded.Of(Telemetry, PayloadFormat.Json, null, Decoded.Event(record.ToJson()));
        Assert.True(decoded.Refused.Count == 0, decoded.Refused.FirstOrDefault()?.Fault.ToString());
        Assert.Equal(record.Id, decoded["id"]);
        Assert.Equal(record.N, decoded["n"]);
        Assert.Equal(Bits(record.D), Bits((double?)decoded["d"]));
        Assert.Equal(record.B, decoded["b"]);
        Assert.Equal(record.L, decoded["l"]);
        Assert.Equal(record.X, decoded["o.x"]);
        Assert.Equal(record.J, decoded["o.j"]);
    }

    [Property]
    public void Any_packed_event_balances_and_no_byte_of_a_record_is_lost(Telemetry[] records, Damage[] damages)
    {
        foreach (var format in new[] { PayloadFormat.NdJson, PayloadFormat.JsonArray, PayloadFormat.Json })
        {
            var texts = records.Select(r => r.ToJson()).ToArray();
            var body = Encoding.UTF8.GetBytes(format == PayloadFormat.JsonArray ? $"[{string.Join(", ", texts)}]" : string.Join('\n', texts));
            var expected = records.Length;
            foreach (var damage in damages)
            {
                body = damage.Apply(body);
                expected = -1;
            }

            var decoded = Decoded.Of(Telemetry, format, null, Decoded.Event(body));
            var total = decoded.Batch.RowCount + decoded.Refused.Count;
            Assert.True(total > 0, "An event leaves at least one row somewhere.");
            Assert.All(decoded.Batch.Columns, c => Assert.Equal(decoded.Batch.RowCount, c.Count));
            if (expected > 0 && format != PayloadFormat.Json)
            {
                Assert.Equal((expected, 0), (decoded.Batch.RowCount, decoded.Refused.Count));
            }

            // Rows and refused records have indices 0…n−1, each once, and their bytes follow one another in the body.
            var parts = Enumerable.Range(0, decoded.Batch.RowCount).Select(i => (Index: (int)decoded.Batch.Index.Values[i], decoded.Batch.SourceOf(i).Bytes))
                .Concat(decoded.Refused.Select(r => (r.Index, Bytes: r.Body)))
                .OrderBy(p => p.Index)
                .ToList();
            Assert.Equal(Enumerable.Range(0, total), parts.Select(p => p.Index));
            AssertCovers(body, parts.Select(p => p.Bytes), format);
        }
    }

    [Property(MaxTest = 2000)]
    public void What_is_well_formed_is_what_System_Text_Json_takes_for_it(Payload payload)
    {
        var decoded = Decoded.Of(Open, PayloadFormat.Json, null, Decoded.Event(payload.Bytes));
        var (isWellFormed, why) = Reference(payload.Bytes);
        Assert.True(
            isWellFormed == (decoded.Batch.RowCount == 1), $"{why} {decoded.Refused.FirstOrDefault()?.Fault} {Convert.ToBase64String(payload.Bytes)} {Encoding.UTF8.GetString(payload.Bytes)}");
    }

    [Property(MaxTest = 2000)]
    public void A_double_is_rounded_as_the_runtime_does(long mantissa, int exponent, byte digits)
    {
        var text = mantissa.ToString(CultureInfo.InvariantCulture);
        var point = Math.Max(text[0] == '-' ? 2 : 1, text.Length - (digits % 20));
        text = point < text.Length ? text.Insert(point, ".") : text;
        text = exponent % 3 == 0 ? text : $"{text}e{exponent % 330}";
        var expected = double.Parse(text, CultureInfo.InvariantCulture);
        var decoded = Decoded.Value("""{"type":"number"}""", text);
        if (double.IsInfinity(expected))
        {
            Assert.Empty(decoded.Batch.Columns[0].Validity.ToArray());
        }
        else
        {
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits((double)decoded["v"]!));
        }
    }

    private static long? Bits(double? value) => value is { } number ? BitConverter.DoubleToInt64Bits(number) : null;

    /// <summary>System.Text.Json's verdict, plus what we refuse beyond it: other roots than objects, duplicate keys, half surrogate pairs.</summary>
    private static (bool IsWellFormed, string Why) Reference(byte[] bytes)
    {
        try
        {
            var body = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3) : bytes;
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
            var objects = new Stack<HashSet<string>>();
            var isFirst = true;
            while (reader.Read())
            {
                if (isFirst && reader.TokenType != JsonTokenType.StartObject)
                {
                    return (false, "not an object");
                }

                isFirst = false;
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects.Push([]);
                        break;
                    case JsonTokenType.EndObject:
                        objects.Pop();
                        break;
                    case JsonTokenType.PropertyName when !objects.Peek().Add(reader.GetString()!):
                        return (false, "duplicate key");
                    case JsonTokenType.String:
                        reader.GetString();
                        break;
                }
            }

            return (!isFirst, "well-formed");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (false, exception.Message);
        }
    }

    private static void AssertCovers(byte[] body, IEnumerable<ReadOnlyMemory<byte>> parts, PayloadFormat format)
    {
        var between = format == PayloadFormat.JsonArray ? " \t\r\n,[]" : " \t\r\n";
        var at = 0;
        foreach (var part in parts)
        {
            var found = part.IsEmpty ? at : at + body.AsSpan(at).IndexOf(part.Span);
            Assert.True(found >= at, "The bytes of a record are not those of the event.");
            Assert.All(body[at..found], b => Assert.Contains((char)b, between));
            at = found + part.Length;
        }

        Assert.All(body[at..], b => Assert.Contains((char)b, between));
    }
}

/// <summary>A valid record of the properties' schema.</summary>
public sealed record Telemetry(string Id, long N, double? D, bool B, string?[] L, double X, string J)
{
    public string ToJson()
    {
        var text = new StringBuilder("{");
        text.Append(CultureInfo.InvariantCulture, $"\"id\":{JsonSerializer.Serialize(Id)} ,\"n\":{N},\"d\":{JsonSerializer.Serialize(D)}, \"b\" : {(B ? "true" : "false")}");
        text.Append(CultureInfo.InvariantCulture, $",\"l\":{JsonSerializer.Serialize(L)},\"o\":{{\"j\":{J},\"x\":{JsonSerializer.Serialize(X)}}}}}");
        return text.ToString();
    }
}

/// <summary>Bytes that may or may not be JSON.</summary>
public sealed record Payload(byte[] Bytes)
{
    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}

/// <summary>One random change to some bytes.</summary>
public sealed record Damage(int Kind, uint Position, byte Value)
{
    private static readonly byte[] Telling = [.. "{}[],:\"\\ \n0-.eEtfn"u8, 0, 0x80, 0xff, 0xc3];

    public byte[] Apply(byte[] body)
    {
        if (body.Length == 0)
        {
            return [Telling[Value % Telling.Length]];
        }

        var at = (int)(Position % body.Length);
        return (Kind & 7) switch
        {
            0 => [.. body[..at], .. body[(at + 1)..]],
            1 => [.. body[..at], Telling[Value % Telling.Length], .. body[at..]],
            2 => body[..at],
            3 => [.. body[..at], .. body[at..Math.Min(body.Length, at + 20)], .. body[at..]],
            4 => [.. body[..at], Telling[Value % Telling.Length], .. body[(at + 1)..]],
            _ => [.. body[..at], Value, .. body[(at + 1)..]],
        };
    }
}

public static class Payloads
{
    private static readonly string[] Texts = ["", "a", "ä€😀", "\"\\/\b\f\n\r\t", "\0\u001f", "plain text of some length", "]},{[", "\u2028\uFFFF"];

    public static Arbitrary<Telemetry> TelemetryRecords() => Arb.From(
        from id in Gen.Elements(Texts)
        from n in Gen.OneOf(Gen.Elements(0L, long.MaxValue, long.MinValue), ArbMap.Default.GeneratorFor<long>())
        from d in Gen.OneOf(Gen.Constant<double?>(null), Finite().Select(v => (double?)v))
        from b in ArbMap.Default.GeneratorFor<bool>()
        from l in Gen.ArrayOf(Gen.OneOf(Gen.Constant<string?>(null), Gen.Elements(Texts).Select(t => (string?)t)))
        from x in Finite()
        from j in Json(3, isSound: true)
        select new Telemetry(id, n, d, b, l, x, j == "null" ? "0" : j));

    public static Arbitrary<Damage> Damages() => Arb.From(
        from kind in Gen.Choose(0, 7)
        from position in Gen.Choose(0, int.MaxValue)
        from value in Gen.Choose(0, 255)
        select new Damage(kind, (uint)position, (byte)value));

    public static Arbitrary<Payload> AnyPayloads() => Arb.From(
        from json in Json(5, isSound: false)
        from wrap in Gen.Choose(0, 4)
        from damages in Damages().Generator.ArrayOf().Resize(3)
        select new Payload(damages.Aggregate(Encoding.UTF8.GetBytes(wrap == 0 ? json : $"{{\"k\":{json}}}"), (body, damage) => damage.Apply(body))));

    private static Gen<double> Finite() => ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite);

    /// <param name="isSound">Whether it must be a record that we accept: no duplicate keys, no half surrogate pairs.</param>
    private static Gen<string> Json(int depth, bool isSound)
    {
        var scalar = Gen.OneOf(
            Gen.Elements("null", "true", "false", "0", "-0", "1.5e-7", "1E400", "123456789012345678901234567890", "0.1"),
            Gen.Elements(Texts).Select(t => JsonSerializer.Serialize(t)),
            Gen.Elements("\"\\ud83d\\ude00\"", isSound ? "\"\"" : "\"\\ud83d\"", "\"\\u0041\\/\"", "\"ä€😀 and more than sixteen bytes\""));
        if (depth == 0)
        {
            return scalar;
        }

        var key = Gen.Elements("\"a\"", "\"b\"", "\"c\"", "\"\\u0061\"", "\"ä\"", "\"\"");
        return Gen.OneOf(
            scalar,
            Json(depth - 1, isSound).ArrayOf().Resize(4).Select(items => $"[{string.Join(',', items)}]"),
            key.Zip(Json(depth - 1, isSound)).ArrayOf().Resize(3).Select(members => $"{{{string.Join(" , ", (isSound ? members.DistinctBy(m => JsonSerializer.Deserialize<string>(m.Item1)) : members).Select(m => $"{m.Item1}: {m.Item2}"))}}}"));
    }
}
