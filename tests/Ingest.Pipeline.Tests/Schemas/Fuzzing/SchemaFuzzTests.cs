using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Decoding;
using Ingest.Pipeline.Tests.Schemas.Agreement;
using Ingest.Testing;
using Xunit.Abstractions;

namespace Ingest.Pipeline.Tests.Schemas.Fuzzing;

/// <summary>
/// Random schemas against values that were damaged at random: no crash, no hang, and the validator, the record reader and
/// System.Text.Json do not contradict each other. <c>INGEST_FUZZ_SECONDS</c> lets it run longer, from another seed each time.
/// </summary>
public sealed class SchemaFuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Duration =
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("INGEST_FUZZ_SECONDS"), out var seconds) ? seconds : 4);

    [Fact]
    public void No_damaged_value_crashes_or_hangs_the_validator_or_the_reader()
    {
        var seed = Duration > TimeSpan.FromSeconds(4) ? Environment.TickCount : 20261125;
        var schemas = new RandomSchemas(seed);
        var mutations = new MutatedJson(seed);
        var watch = Stopwatch.StartNew();
        var inputs = 0L;
        while (watch.Elapsed < Duration)
        {
            var text = schemas.Schema();
            var schema = Compile(text);
            if (CompileRecords(text) is not { } records)
            {
                continue;
            }

            for (var i = 0; i < 50 && watch.Elapsed < Duration; i++)
            {
                var value = Encoding.UTF8.GetBytes(schemas.Value());
                Check(text, schema, records, value);
                for (var j = 0; j < 8; j++, inputs++)
                {
                    value = mutations.Mutate(value);
                    Check(text, schema, records, value);
                }
            }
        }

        output.WriteLine($"{inputs} damaged values, seed {seed}.");
        Assert.True(inputs > 500, $"Only {inputs} inputs were tried.");
    }

    [Fact]
    public void No_damaged_schema_crashes_the_compiler()
    {
        var schemas = new RandomSchemas(7);
        var mutations = new MutatedJson(7);
        var watch = Stopwatch.StartNew();
        var usable = 0;
        for (var i = 0; i < 3000 && watch.Elapsed < Duration; i++)
        {
            var text = mutations.Mutate(Encoding.UTF8.GetBytes(schemas.Schema()));
            List<ConfigurationError> errors = [];
            var schema = SchemaCompiler.Compile(new SchemaSource("fuzz.json", text), new SchemaOptions(), errors);
            Assert.Equal(schema is null, errors.Count > 0);
            usable += schema is null ? 0 : 1;
            SchemaCompiler.Compile(new SchemaSource("fuzz.json", text), new SchemaBinding(null, null, null), []);
        }

        Assert.True(usable > 20, $"Only {usable} damaged schemas could still be used.");
    }

    private static void Check(string text, CompiledSchema schema, CompiledSchema records, byte[] value)
    {
        var what = $"{text} {Convert.ToBase64String(value)} {Encoding.UTF8.GetString(value)}";
        Measured.Within(Longest, () => CheckOnce(what, schema, records, value), what);
    }

    private static void CheckOnce(string what, CompiledSchema schema, CompiledSchema records, byte[] value)
    {
        try
        {
            var isValid = schema.IsValid(value, out var fault);
            Assert.True(isValid == schema.IsValid(value) && isValid == (fault == default), what);
            Assert.True(!isValid || IsJson(value), $"Not JSON, but valid: {what}");

            byte[] record = [.. "{\"v\":"u8, .. value, .. "}"u8];
            var isRecordValid = records.IsValid(record);

            // Three times, because the reader has learned the layout by then.
            var decoded = Decoded.Of(records, PayloadFormat.Json, null, Decoded.Event(record), Decoded.Event(record), Decoded.Event(record));
            Assert.True(decoded.Batch.RowCount is 0 or 3, $"Read once, but not again: {what}");
            Assert.True(decoded.Batch.RowCount == 0 || isRecordValid, $"Read, but not valid: {what}");
            Assert.True(
                decoded.Batch.RowCount == 3 || !isRecordValid || IsBeyondColumns(decoded.Refused[0].Fault), $"Valid, but not read: {what} {decoded.Refused.FirstOrDefault()?.Fault}");
            Assert.True(!isValid || isRecordValid || Encoding.UTF8.GetString(value).Contains('[', StringComparison.Ordinal), $"Valid, but not as a property: {what}");
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException(what, exception);
        }
    }

    private static bool IsBeyondColumns(Fault fault) => Conformance.SuiteExclusions.RefusedByColumns.Any(reason => fault.Detail.Contains(reason, StringComparison.Ordinal));

    /// <summary>As the schema of one property; null where streams refuse it as a probable mistake.</summary>
    private static CompiledSchema? CompileRecords(string text)
    {
        // References inside a definition go to its own definitions once it has an identifier.
        var rooted = $$"""{"$id":"https://fuzz.test/schema",{{text[1..]}}""";
        var source = $$"""{"type":"object","properties":{"v":{"$ref":"#/$defs/fuzzed"} },"$defs":{"fuzzed":{{rooted}} } }""";
        List<ConfigurationError> errors = [];
        var schema = SchemaCompiler.Compile(new SchemaSource("fuzz.json", Encoding.UTF8.GetBytes(source)), new SchemaBinding(null, null, null), errors);
        Assert.All(errors, e => Assert.Contains(Conformance.SuiteExclusions.RefusedByStreams, reason => e.Message.Contains(reason, StringComparison.Ordinal)));
        return schema;
    }

    private static CompiledSchema Compile(string text)
    {
        List<ConfigurationError> errors = [];
        var schema = SchemaCompiler.Compile(new SchemaSource("fuzz.json", Encoding.UTF8.GetBytes(text)), new SchemaOptions(), errors);
        Assert.True(schema is not null, $"{text}: {string.Join("; ", errors)}");
        return schema;
    }

    private static bool IsJson(byte[] value)
    {
        try
        {
            using var document = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = 64 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
