using System.Globalization;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Which labels IDNA 2008 allows (RFC 5891 to 5893). Categories are the runtime's; what only changes under normalization, and how
/// letters join and run, is in <see cref="IdnaTables"/>.
/// </summary>
internal static class Idna
{
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    /// <summary>Whether the code points, some of them beyond ASCII, are a valid label.</summary>
    public static bool IsLabel(ReadOnlySpan<int> label)
    {
        if (label[0] == '-' || label[^1] == '-' || (label.Length > 3 && label[2] == '-' && label[3] == '-') || IsMark(label[0]))
        {
            return false;
        }

        for (var i = 0; i < label.Length; i++)
        {
            if (!IsAllowed(label, i))
            {
                return false;
            }
        }

        return !HasRightToLeft(label) || IsBidirectional(label);
    }

    /// <summary>Whether the label makes its name a bidirectional one.</summary>
    public static bool HasRightToLeft(ReadOnlySpan<int> label)
    {
        foreach (var point in label)
        {
            if (IdnaTables.DirectionOf(point) is Direction.Right or Direction.Arabic or Direction.ArabicNumber)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rule of RFC 5893 section 2.</summary>
    public static bool IsBidirectional(ReadOnlySpan<int> label)
    {
        var first = IdnaTables.DirectionOf(label[0]);
        if (first is not (Direction.Left or Direction.Right or Direction.Arabic))
        {
            return false;
        }

        var isRight = first != Direction.Left;
        bool european = false, arabic = false;
        var last = first;
        foreach (var point in label)
        {
            var direction = IdnaTables.DirectionOf(point);
            european |= direction == Direction.EuropeanNumber;
            arabic |= direction == Direction.ArabicNumber;
            if (isRight ? direction == Direction.Left : direction is Direction.Right or Direction.Arabic or Direction.ArabicNumber)
            {
                return false;
            }

            last = direction == Direction.Mark ? last : direction;
        }

        return isRight
            ? last is Direction.Right or Direction.Arabic or Direction.EuropeanNumber or Direction.ArabicNumber && !(european && arabic)
            : last is Direction.Left or Direction.EuropeanNumber;
    }

    private static bool IsAllowed(ReadOnlySpan<int> label, int at)
    {
        var point = label[at];
        switch (point)
        {
            case 0xDF or 0x3C2 or 0x6FD or 0x6FE or 0xF0B or 0x3007:
                return true;
            case 0x640 or 0x7FA or 0x302E or 0x302F or (>= 0x3031 and <= 0x3035) or 0x303B:
                return false;
            case 0xB7:
                return at > 0 && at + 1 < label.Length && label[at - 1] == 'l' && label[at + 1] == 'l';
            case 0x375:
                return at + 1 < label.Length && label[at + 1] is (>= 0x370 and <= 0x3FF) or (>= 0x1F00 and <= 0x1FFF);
            case 0x5F3 or 0x5F4:
                return at > 0 && label[at - 1] is (>= 0x591 and <= 0x5F4) or (>= 0xFB1D and <= 0xFB4F);
            case 0x30FB:
                return HasJapanese(label);
            case >= 0x660 and <= 0x669:
                return !label.ContainsAnyInRange(0x6F0, 0x6F9);
            case >= 0x6F0 and <= 0x6F9:
                return !label.ContainsAnyInRange(0x660, 0x669);
            case NonJoiner:
                return at > 0 && (IdnaTables.IsVirama(label[at - 1]) || JoinsAround(label, at));
            case Joiner:
                return at > 0 && IdnaTables.IsVirama(label[at - 1]);
            case '-' or (>= '0' and <= '9') or (>= 'a' and <= 'z'):
                return true;
            default:
                return point >= 0x80 && !IdnaTables.IsUnstable(point)
                    && CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter
                        or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
        }
    }

    private static bool HasJapanese(ReadOnlySpan<int> label)
    {
        foreach (var point in label)
        {
            if (point is (>= 0x3041 and <= 0x309F) or (>= 0x30A1 and <= 0x30FA) or (>= 0x30FC and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF)
                or 0x3005 or 0x3007 or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x1B000 and <= 0x1B16F) or (>= 0x20000 and <= 0x3FFFF))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>RFC 5892 appendix A.1: between letters that would join without it.</summary>
    private static bool JoinsAround(ReadOnlySpan<int> label, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsTransparent(label[before]))
        {
            before--;
        }

        var after = at + 1;
        while (after < label.Length && IsTransparent(label[after]))
        {
            after++;
        }

        return before >= 0 && after < label.Length && IdnaTables.JoinsAfter(label[before]) && IdnaTables.JoinsBefore(label[after]);
    }

    private static bool IsTransparent(int point) =>
        CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static bool IsMark(int point) =>
        CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
