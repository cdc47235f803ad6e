using System.Buffers;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Json;

/// <summary>
/// Finds the end of an array element that could not be read, so that it costs nothing but itself. Goes by brackets and
/// strings alone, and gives up where those could be read in more than one way.
/// </summary>
internal static class BrokenElement
{
    // Deeper nesting is hostile; the bound keeps the stack of brackets small.
    private const int MaxLevels = 100_000;

    // What literals and numbers, well-formed or not, are made of: NaN, undefined, +1, .5, 0x1F, $ref
    private static readonly SearchValues<byte> Bare = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-._$"u8);

    /// <param name="start">First byte of the element.</param>
    /// <param name="end">The <c>,</c> or <c>]</c> behind the element.</param>
    public static bool TryFindEnd(ReadOnlySpan<byte> json, int start, out int end)
    {
        var brackets = ArrayPool<byte>.Shared.Rent(MaxLevels);
        try
        {
            return TryFindEnd(json, start, brackets, out end);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(brackets);
        }
    }

    private static bool TryFindEnd(ReadOnlySpan<byte> json, int start, byte[] brackets, out int end)
    {
        var level = 0;
        for (end = start; end < json.Length; end++)
        {
            var b = json[end];
            switch (b)
            {
                case (byte)',' or (byte)']' when level == 0:
                    return end > start;
                case (byte)'{' or (byte)'[':
                    if (level == MaxLevels)
                    {
                        return false;
                    }

                    brackets[level++] = (byte)(b + 2);
                    break;
                case (byte)'}' or (byte)']':
                    if (level == 0 || brackets[--level] != b)
                    {
                        return false;
                    }

                    break;
                case (byte)'"':
                    end = EndOfString(json, end + 1);
                    if (end < 0)
                    {
                        return false;
                    }

                    break;
                case (byte)',' or (byte)':' or (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r':
                    break;
                default:
                    if (!Bare.Contains(b))
                    {
                        return false;
                    }

                    break;
            }
        }

        return false;
    }

    /// <summary>
    /// The closing quote; −1 where the string does not end, or where what follows shows that a quote was lost or too many: then
    /// strings and structure may have changed places.
    /// </summary>
    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] != '"')
        {
            if (json[at] is (byte)'\n' or (byte)'\r')
            {
                return -1;
            }

            at += json[at] == '\\' ? 2 : 1;
        }

        var next = JsonGrammar.SkipSpace(json, at + 1);
        return next < json.Length && json[next] is (byte)',' or (byte)':' or (byte)'}' or (byte)']' ? at : -1;
    }
}
