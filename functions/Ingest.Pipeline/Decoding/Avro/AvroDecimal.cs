using System.Globalization;
using System.Numerics;
using System.Text;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>Decimals as their exact text: no column type holds every precision that Avro allows.</summary>
internal static class AvroDecimal
{
    public const int MaxText = 1500;
    public const string TooLong = "A decimal of more than 128 bytes, or with more than 1,000 places, cannot be stored.";
    private const int MaxBytes = 128;

    /// <param name="unscaled">Two's complement, big-endian.</param>
    public static bool TryFormat(ReadOnlySpan<byte> unscaled, int scale, Span<byte> text, out int length)
    {
        length = 0;
        if (unscaled.Length > MaxBytes)
        {
            return false;
        }

        var value = new BigInteger(unscaled, isUnsigned: false, isBigEndian: true);
        var digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture);
        if (scale > 0)
        {
            digits = digits.PadLeft(scale + 1, '0').Insert(Math.Max(digits.Length - scale, 1), ".");
        }

        length = Encoding.ASCII.GetBytes(value.Sign < 0 ? $"-{digits}" : digits, text);
        return true;
    }
}
