using System.Globalization;
using System.Runtime.Intrinsics.X86;
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

    [Fact]
    public void With_and_without_the_shuffle_instruction_the_digits_are_the_same()
    {
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            var (whole, fraction) = (random.Next(1, 9), random.Next(0, 7));
            var text = $"{random.NextInt64(100_000_000):D8}"[..whole] + (fraction == 0 ? "" : "." + $"{random.NextInt64(100_000_000):D8}"[..fraction]);
            var bytes = Encoding.ASCII.GetBytes(text + Behind);
            var expected = ulong.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

            Assert.Equal(expected, ShortNumber.Add(ref bytes[0], whole, fraction));
            if (Ssse3.IsSupported)
            {
                Assert.Equal(expected, ShortNumber.Gather(ref bytes[0], whole, fraction));
            }
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("7.25")]
    [InlineData("1234567.891234")]
    [InlineData("12345678.12345")]
    public void A_sign_takes_one_of_the_characters_and_changes_nothing_else(string text)
    {
        var bytes = Encoding.ASCII.GetBytes("-" + text + Behind);

        Assert.Equal(text.Length + 1, ShortNumber.Read(ref bytes[0], 1, out var mantissa, out var fraction));

        Assert.Equal(Read(text + Behind, out var unsigned, out var places), text.Length);
        Assert.Equal((unsigned, places), (mantissa, fraction));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("-.5")]
    [InlineData("-01")]
    [InlineData("-x")]
    [InlineData("-123456789")]
    [InlineData("-1e1")]
    [InlineData("-12345678.123456")]
    public void What_is_no_short_number_behind_a_sign_is_left_to_the_general_reading(string text) =>
        Assert.Equal(0, ShortNumber.Read(ref Encoding.ASCII.GetBytes(text + Behind)[0], 1, out _, out _));

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
