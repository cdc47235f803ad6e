using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Schemas;

/// <summary>A text that rounds to a bound is on one side of it all the same, in a column of doubles too.</summary>
public sealed class NumberBoundTests
{
    [Theory]
    [InlineData("\"maximum\":0", "1e-400", false)]
    [InlineData("\"maximum\":-0", "1999e-9999999991", false)]
    [InlineData("\"minimum\":0", "-1e-400", false)]
    [InlineData("\"exclusiveMinimum\":0", "1e-400", true)]
    [InlineData("\"exclusiveMinimum\":0", "-1e-400", false)]
    [InlineData("\"maximum\":0.3", "0.30000000000000001", false)]
    [InlineData("\"maximum\":0.3", "0.29999999999999999", true)]
    [InlineData("\"exclusiveMaximum\":0.3", "0.29999999999999999", true)]
    [InlineData("\"exclusiveMaximum\":0.3", "0.3000", false)]
    [InlineData("\"maximum\":0.3", "3e-1", true)]
    public void A_bound_is_exact(string rule, string number, bool isAllowed)
    {
        var schema = $$"""{"type":"number",{{rule}}}""";
        var decoded = Decoded.Value(schema, number);

        Assert.Equal((isAllowed ? 1 : 0, isAllowed ? 0 : 1), (decoded.Batch.RowCount, decoded.Refused.Count));
        Assert.Equal(isAllowed, Compiled.Schema($$"""{"type":"object","properties":{"v":{{schema}} } }""").IsValid(System.Text.Encoding.UTF8.GetBytes($$"""{"v":{{number}}}""")));
    }
}
