using System.Globalization;
using System.Text;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Tests.Schemas;

public sealed class ShortNumberTests
{
    private const string Behind = ",\"next\":12345678.87654321}";

    [Fact]
    public void Every_length_before_and_behind_the_point_reads_as_the_same_digits()
    {
        const string Digits = "9876543210987654";
        for (var whole = 1; whole <= 8; whole++)
        {
            for (var fraction = 0; fraction <= Math.Min(8, 14 - whole); fraction++)
            {
                var text = Digits[..whole] + (fraction == 0 ? "" : "." + Digits[8..(8 + fraction)]);

                var length = Read(text + Behind, out var mantissa, out var places);

                Assert.Equal((text.Length, fraction), (length, places));
                Assert.Equal(ulong.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), mantissa);
            }
        }
    }

    [Theory]
    [InlineData("0", 0UL, 0)]
    [InlineData("0.5", 5UL, 1)]
    [InlineData("0.00000001", 1UL, 8)]
    [InlineData("10000000", 10_000_000UL, 0)]
    [InlineData("99999999.999999", 99_999_999_999_999UL, 6)]
    [InlineData("999999.99999999", 99_999_999_999_999UL, 8)]
    public void Zeros_and_extremes_keep_their_value(string text, ulong expected, int fraction)
    {
        Assert.Equal(text.Length, Read(text + Behind, out var mantissa, out var places));
        Assert.Equal((expected, fraction), (mantissa, places));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("01.5")]
    [InlineData("1.")]
    [InlineData("1.x")]
    [InlineData(".5")]
    [InlineData("x")]
    [InlineData("1e5")]
    [InlineData("1E5")]
    [InlineData("1.5e5")]
    [InlineData("12345678e1")]
    [InlineData("123456789")]
    [InlineData("1.123456789")]
    [InlineData("12345678.1234567")]
    public void What_is_longer_or_no_plain_number_is_left_to_the_general_reading(string text) =>
        Assert.Equal(0, Read(text + Behind, out _, out _));

    [Fact]
    public void A_number_near_the_end_of_the_payload_is_left_to_the_general_reading() =>
        Assert.Equal(0, Read("12.5}", out _, out _));

    private static int Read(string text, out ulong mantissa, out int fraction) =>
        ShortNumber.Read(Encoding.ASCII.GetBytes(text), 0, out mantissa, out fraction);
}
