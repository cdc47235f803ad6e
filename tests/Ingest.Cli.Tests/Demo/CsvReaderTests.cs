using Ingest.Cli.Demo;

namespace Ingest.Cli.Tests.Demo;

public class CsvReaderTests
{
    [Fact]
    public void Quoted_fields_keep_commas_line_ends_and_quotes()
    {
        var row = Assert.Single(Read("iata,name,city\r\nJFK,\"Kennedy, \"\"John F.\"\"\r\nInternational\",New York\r\n"));

        Assert.Equal("JFK", row["iata"]);
        Assert.Equal("Kennedy, \"John F.\"\r\nInternational", row["name"]);
        Assert.Equal("New York", row["city"]);
    }

    [Fact]
    public void Empty_fields_and_a_missing_last_line_end_are_fine() =>
        Assert.Equal(["", ""], Assert.Single(Read("a,b\n,")).Values);

    [Theory]
    [InlineData("a,b\n1")]
    [InlineData("a,b\n1,2,3")]
    [InlineData("a\n\"open")]
    public void A_broken_row_is_refused(string text) => Assert.Throws<FormatException>(() => Read(text));

    private static List<IReadOnlyDictionary<string, string>> Read(string text) => [.. CsvReader.ReadRows(new StringReader(text))];
}
