using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Decoding;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Schemas;

/// <summary>Schemas and values that are made to cost more than they should.</summary>
public sealed class HostileSchemaTests
{
    [Fact]
    public void Nested_alternatives_that_multiply_are_stopped()
    {
        // Each level reads its value twice, so that the innermost one would be read 2^40 times.
        var schema = Validation("""{"$ref":"#/$defs/x","$defs":{"x":{"anyOf":[{"items":{"$ref":"#/$defs/x"},"minItems":1,"maxItems":0},{"items":{"$ref":"#/$defs/x"},"minItems":1}]}}}""");
        var value = Encoding.UTF8.GetBytes(new string('[', 40) + "1" + new string(']', 40));
        Measured.Within(TimeSpan.FromSeconds(1), () =>
        {
            Assert.False(schema.IsValid(value, out var fault));
            Assert.Equal(FaultCode.TooLarge, fault.Code);
        });
    }

    [Theory]
    [InlineData("""{"not":{"pattern":"^(a+)+(?=b)$"}}""")]
    [InlineData("""{"anyOf":[{"pattern":"^(a+)+(?=b)$"},true]}""")]
    [InlineData("""{"oneOf":[{"pattern":"^(a+)+(?=b)$"},true]}""")]
    [InlineData("""{"if":{"pattern":"^(a+)+(?=b)$"},"else":true}""")]
    public void A_pattern_that_takes_too_long_is_never_an_answer(string schema)
    {
        Assert.False(Validation(schema).IsValid(Encoding.UTF8.GetBytes($"\"{new string('a', 60)}\""), out var fault));
        Assert.Equal(FaultCode.Schema, fault.Code);
        Assert.StartsWith("pattern-timeout", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Very_many_matches_that_are_just_short_enough_are_stopped_together()
    {
        var schema = Validation("""{"items":{"pattern":"^(a+)+(?=b)$|a"}}""");
        var element = $"\"{new string('a', 21)}\"";
        var value = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(element, 3000))}]");
        Measured.Within(TimeSpan.FromSeconds(5), () =>
        {
            Assert.False(schema.IsValid(value, out var fault));
            Assert.StartsWith("pattern-timeout", fault.Detail, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Very_many_matches_are_stopped_together_where_a_record_is_read_into_columns_as_well()
    {
        var schema = Compiled.Schema("""{"type":"object","properties":{"v":{"type":"array","items":{"type":"string","pattern":"^(a+)+(?=b)$|a"}}}}""");
        var record = $$"""{"v":[{{string.Join(',', Enumerable.Repeat($"\"{new string('a', 21)}\"", 3000))}}]}""";
        Measured.Within(TimeSpan.FromSeconds(5), () =>
        {
            var decoded = Decoded.Of(schema, PayloadFormat.Json, null, Decoded.Event(record));
            Assert.StartsWith("pattern-timeout", decoded.Fault.Detail, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("(?<n{0}>", ")")]
    [InlineData("(?<n{0}>a|", "|b)")]
    [InlineData("(", ")")]
    [InlineData("((?<n{0}>a)|", ")")]
    public void A_pattern_of_very_many_groups_costs_next_to_nothing(string opens, string closes)
    {
        var schema = Validation("""{"format":"regex"}""");
        var pattern = string.Concat(Enumerable.Range(0, 20_000).Select(i => opens.Replace("{0}", $"{i}", StringComparison.Ordinal)))
            + string.Concat(Enumerable.Repeat(closes, 20_000));
        Measured.Within(TimeSpan.FromSeconds(1), () => Assert.False(schema.IsValid(Encoding.UTF8.GetBytes($"\"{pattern}\""))));
    }

    [Fact]
    public void A_long_value_that_is_read_again_at_each_level_is_stopped()
    {
        // Each level reads its element twice, and the innermost is almost the whole text.
        var schema = Validation("""{"$defs":{"x":{"items":{"$ref":"#/$defs/x"},"contains":{"$ref":"#/$defs/x"}}},"$ref":"#/$defs/x"}""");
        var value = Encoding.UTF8.GetBytes($"{new string('[', 20)}\"{new string('x', 900_000)}\"{new string(']', 20)}");
        Measured.Within(TimeSpan.FromSeconds(10), () =>
        {
            Assert.False(schema.IsValid(value, out var fault));
            Assert.Equal(FaultCode.TooLarge, fault.Code);
        });
    }

    [Fact]
    public void Unique_elements_cost_linear_time()
    {
        var schema = Validation("""{"uniqueItems":true}""");
        var values = new[] { 1, 16 }.ToDictionary(times => times, times => Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 4000 * times))}]"));
        Measured.GrowsLinearly(16, times => Assert.True(schema.IsValid(values[times])));
    }

    [Fact]
    public void A_huge_exponent_costs_nothing()
    {
        var schema = Validation("""{"multipleOf":0.0001,"minimum":-1e400,"maximum":1e999999999}""");
        Assert.True(schema.IsValid("1e999999998"u8));
        Assert.False(schema.IsValid("1e-999999999"u8));
        Assert.False(schema.IsValid("-1e401"u8));
        Assert.False(schema.IsValid("2e999999999"u8));
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_refused_whatever_the_schema()
    {
        foreach (var schema in new[] { "true", """{"items":{"$ref":"#"}}""", """{"not":{"type":"string"}}""", """{"items":{"$ref":"#"},"unevaluatedItems":false}""" })
        {
            var compiled = Validation(schema);
            Assert.True(compiled.IsValid(Encoding.UTF8.GetBytes(new string('[', 64) + new string(']', 64))));
            Assert.False(compiled.IsValid(Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65)), out var fault));
            Assert.Equal(FaultCode.TooLarge, fault.Code);
        }
    }

    [Fact]
    public void A_thousand_levels_of_alternatives_need_no_more_stack_than_there_is()
    {
        var schema = Validation(
            """{"anyOf":[{"allOf":[{"oneOf":[{"if":true,"then":{"items":{"$ref":"#"}}}]}]}],"unevaluatedItems":false}""", new SchemaOptions { MaxDepth = 1000 });
        var verdict = schema.IsValid(Encoding.UTF8.GetBytes(new string('[', 1000) + new string(']', 1000)), out var fault);
        Assert.True(verdict || fault.Code == FaultCode.TooLarge, fault.ToString());
    }

    [Fact]
    public async Task One_schema_serves_many_threads_at_once()
    {
        var schema = Validation("""{"type":"array","items":{"anyOf":[{"type":"integer","multipleOf":3},{"type":"string","pattern":"^\\d+$"}]},"uniqueItems":true}""");
        await Parallel.ForEachAsync(Enumerable.Range(0, 5000), (i, _) =>
        {
            Assert.True(schema.IsValid(Encoding.UTF8.GetBytes($"[{i * 3},\"{i}\"]")));
            Assert.False(schema.IsValid(Encoding.UTF8.GetBytes($"[{(i * 3) + 1},\"{i}\"]")));
            return ValueTask.CompletedTask;
        });
    }

    [Theory]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"string","pattern":"^x"}]}""", "\"xy\"")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"string","pattern":"^(?=x)"}]}""", "\"xy\"")]
    [InlineData("""{"enum":[{"k":[1,2]},"ä"]}""", "{\"k\":[1,2.0]}")]
    [InlineData("""{"uniqueItems":true,"contains":{"const":"x"},"unevaluatedItems":true}""", "[1,\"x\",\"1\",{\"a\":1},{\"a\":2}]")]
    [InlineData("""{"oneOf":[{"format":"ipv4"},{"format":"email"},{"format":"date-time"},{"format":"uri"},{"format":"ipv6"}]}""", "\"a@example.com\"")]
    [InlineData("""{"patternProperties":{"^x-":{"multipleOf":0.1}},"propertyNames":{"maxLength":5},"unevaluatedProperties":false}""", "{\"x-\\u0031\":12345678901234567890.3}")]
    [InlineData("""{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"allOf":[{"minimum":0.5},{"maximum":1e400}],"not":{"const":3}}},"dependentSchemas":{"a":{"maxProperties":3}},"dependentRequired":{"a":["b"]}}""", "{\"a\":123456789012345678901234567890,\"b\":{\"c\":null}}")]
    public void A_valid_value_allocates_nothing(string schema, string value)
    {
        var compiled = Validation(schema);
        var bytes = Encoding.UTF8.GetBytes(value);
        Assert.True(compiled.IsValid(bytes, out var fault), fault.ToString());

        // A value that allocates does so in every round. A busy machine does in a few: a match that was kept waiting beyond its limit is
        // tried again, and what the runtime compiles anew may have something to set up.
        var rounds = Enumerable.Range(0, 40).Select(_ => AllocatedBy(100)).ToList();
        Assert.True(rounds.Count(allocated => allocated == 0) >= 20, $"Bytes that 100 validations allocated, by round: {string.Join(", ", rounds)}");

        long AllocatedBy(int times)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
            {
                compiled.IsValid(bytes);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Elements_that_are_not_contained_leave_nothing_behind()
    {
        // Each of them needs a frame of its own for its properties, which the next one uses again.
        var names = string.Join(',', Enumerable.Range(0, 640).Select(i => $"\"p{i}\":true"));
        var schema = Validation($$$"""{"contains":{"properties":{{{{names}}}},"required":["p0"]},"minContains":0}""");
        var value = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("{}", 20_000))}]");
        Measured.Allocates(1_000_000, () => Assert.True(schema.IsValid(value)));
    }

    private static CompiledSchema Validation(string schema, SchemaOptions? options = null)
    {
        List<ConfigurationError> errors = [];
        var compiled = SchemaCompiler.Compile(new SchemaSource("test.json", Encoding.UTF8.GetBytes(schema)), options ?? new SchemaOptions(), errors);
        Assert.Empty(errors);
        return compiled!;
    }
}
