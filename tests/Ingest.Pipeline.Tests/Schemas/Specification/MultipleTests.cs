namespace Ingest.Pipeline.Tests.Schemas.Specification;

/// <summary><c>multipleOf</c> (validation, section 6.2.1) is about numbers, not about what a double makes of them.</summary>
public sealed class MultipleTests
{
    [Theory]
    [InlineData("3", "0 | -0.0 | 9 | -9.0 | 3e400 | \"x\"", "1 | 1e300 | 3.5 | 1e-400")]
    [InlineData("3e0", "6", "7")]
    [InlineData("2.5", "0 | 7.5 | -25e-1", "7 | 0.25")]
    [InlineData("0.001", "0.003 | 4.351 | 1e308 | 98765432109876543210.123", "0.0035 | 98765432109876543210.1234")]
    [InlineData("1e-7", "98765432109 | 1e400 | 1e-7", "1e-8 | 0.00000015")]
    [InlineData("0.987654321", "0 | 987654321 | 1.975308642", "1e308 | 1 | -1e308")]
    [InlineData("9223372036854775807", "-9223372036854775807 | 18446744073709551614 | 0", "9223372036854775806 | -9223372036854775808")]
    [InlineData("98765432109876543210987654321", "98765432109876543210987654321 | 197530864219753086421975308642.0", "98765432109876543210987654320 | 1")]
    [InlineData("1e300", "0 | 1e300 | 7e301 | 1e400", "1 | 1e299 | 15e299")]
    public void A_multiple_is_exact(string divisor, string valid, string invalid)
    {
        Verdicts.Check($$"""{"multipleOf":{{divisor}}}""", valid, invalid);
        Verdicts.Check($$"""{"not":{"multipleOf":{{divisor}}} }""", invalid, valid);
    }
}
