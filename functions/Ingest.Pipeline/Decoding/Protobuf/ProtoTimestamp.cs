namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary><c>google.protobuf.Timestamp</c> in microseconds.</summary>
internal static class ProtoTimestamp
{
    public const string OutOfRange = "The timestamp lies outside the years 1 to 9999, or its nanoseconds outside one second.";

    public static bool TryMicroseconds(long seconds, long nanos, out long microseconds)
    {
        var isFit = seconds is >= -62_135_596_800 and <= 253_402_300_799 && nanos is >= 0 and <= 999_999_999;
        microseconds = isFit ? (seconds * 1_000_000) + (nanos / 1000) : 0;
        return isFit;
    }
}
