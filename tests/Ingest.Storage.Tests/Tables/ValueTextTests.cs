using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using Ingest.Storage.Tables;

namespace Ingest.Storage.Tests.Tables;

public sealed class ValueTextTests
{
    [Property(MaxTest = 5000)]
    public void A_double_is_written_as_JSON_that_parses_back_to_the_same_bits(long bits, int digits, byte places)
    {
        foreach (var value in new[] { BitConverter.Int64BitsToDouble(bits), digits / Math.Pow(10, places % 10), -0.0, digits * 1e-6 })
        {
            if (double.IsFinite(value))
            {
                var text = TextOf(value);
                Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)));
                Assert.Equal(value, JsonDocument.Parse(text).RootElement.GetDouble());
            }
        }
    }

    [Theory]
    [InlineData(21.5, "21.5")]
    [InlineData(-0.25, "-0.25")]
    [InlineData(7, "7")]
    [InlineData(46.123456, "46.123456")]
    [InlineData(0.000001, "0.000001")]
    public void Common_doubles_are_short(double value, string text) => Assert.Equal(text, TextOf(value));

    [Property(MaxTest = 2000)]
    public void Escaped_text_is_the_inside_of_a_JSON_string(NonNull<string> text)
    {
        var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes("€" + text.Get + "\"\\\n\u0001\u001f\u2028\u2029–"));
        using var buffer = new Utf8Buffer(16);
        buffer.Write("\""u8);
        ValueText.WriteEscaped(buffer, Encoding.UTF8.GetBytes(wellFormed));
        buffer.Write("\""u8);

        Assert.Equal(wellFormed, JsonDocument.Parse(buffer.WrittenMemory).RootElement.GetString());
        Assert.DoesNotContain(Encoding.UTF8.GetString(buffer.Written), c => c is '\n' or '\u2028' or '\u2029');
    }

    private static string TextOf(double value)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxLength];
        return Encoding.ASCII.GetString(text[..ValueText.WriteDouble(text, value)]);
    }
}
