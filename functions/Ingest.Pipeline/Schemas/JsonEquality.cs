namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Equality of JSON values as JSON Schema has it: numbers by value, strings by what they mean, objects without order. On values that
/// were checked to be well-formed and without duplicate keys; allocates nothing but room for long strings with escapes.
/// </summary>
internal static class JsonEquality
{
    private const int Room = 256;

    /// <summary>Equal for equal values; seeded by the process, so that nobody outside can make values collide.</summary>
    /// <param name="end">The index behind the value.</param>
    public static int Hash(ReadOnlySpan<byte> json, int at, out int end)
    {
        var hash = new HashCode();
        switch (json[at])
        {
            case (byte)'"':
                end = JsonSpan.EndOfString(json, at);
                return HashText(json[(at + 1)..(end - 1)]);
            case (byte)'[':
                hash.Add('[');
                for (at = JsonSpan.First(json, at); json[at] != ']'; at = JsonSpan.Next(json, end))
                {
                    hash.Add(Hash(json, at, out end));
                }

                end = at + 1;
                return hash.ToHashCode();
            case (byte)'{':
                var sum = 0;
                for (at = JsonSpan.First(json, at); json[at] != '}'; at = JsonSpan.Next(json, end))
                {
                    var value = JsonSpan.ValueOfMember(json, at, out var key);
                    sum = unchecked(sum + HashCode.Combine(HashText(json[key]), Hash(json, value, out end)));
                }

                end = at + 1;
                return HashCode.Combine('{', sum);
            case (byte)'t' or (byte)'f' or (byte)'n':
                end = at + (json[at] == 'f' ? 5 : 4);
                return HashCode.Combine(json[at]);
            default:
                end = JsonGrammar.EndOfNumber(json, at);
                new DecimalText(json[at..end]).AddTo(ref hash);
                return hash.ToHashCode();
        }
    }

    /// <param name="work">Counts what was looked at; equality is given up as false when it runs out.</param>
    public static bool AreEqual(ReadOnlySpan<byte> left, int at, ReadOnlySpan<byte> right, int other, ref long work)
    {
        if (--work < 0)
        {
            return false;
        }

        var type = JsonGrammar.TypeOf(left[at]);
        if (type != JsonGrammar.TypeOf(right[other]))
        {
            return false;
        }

        switch (type)
        {
            case JsonTypes.String:
                return AreTextsEqual(left[(at + 1)..(JsonSpan.EndOfString(left, at) - 1)], right[(other + 1)..(JsonSpan.EndOfString(right, other) - 1)]);
            case JsonTypes.Number:
                return new DecimalText(left[at..JsonGrammar.EndOfNumber(left, at)]).CompareTo(new DecimalText(right[other..JsonGrammar.EndOfNumber(right, other)])) == 0;
            case JsonTypes.Array:
                return AreArraysEqual(left, at, right, other, ref work);
            case JsonTypes.Object:
                return AreObjectsEqual(left, at, right, other, ref work);
            default:
                return left[at] == right[other];
        }
    }

    private static bool AreArraysEqual(ReadOnlySpan<byte> left, int at, ReadOnlySpan<byte> right, int other, ref long work)
    {
        at = JsonSpan.First(left, at);
        other = JsonSpan.First(right, other);
        while (left[at] != ']' && right[other] != ']')
        {
            if (!AreEqual(left, at, right, other, ref work))
            {
                return false;
            }

            at = JsonSpan.Next(left, JsonSpan.EndOfValue(left, at));
            other = JsonSpan.Next(right, JsonSpan.EndOfValue(right, other));
        }

        return left[at] == ']' && right[other] == ']';
    }

    private static bool AreObjectsEqual(ReadOnlySpan<byte> left, int at, ReadOnlySpan<byte> right, int other, ref long work)
    {
        var first = JsonSpan.First(right, other);
        var guess = first;
        var members = 0;
        int end;
        for (at = JsonSpan.First(left, at); left[at] != '}'; at = JsonSpan.Next(left, end))
        {
            var value = JsonSpan.ValueOfMember(left, at, out var key);
            var found = FindMember(right, first, guess, left[key], ref work, out guess);
            if (found < 0 || !AreEqual(left, value, right, found, ref work))
            {
                return false;
            }

            members++;
            end = JsonSpan.EndOfValue(left, value);
        }

        for (at = first; right[at] != '}'; at = JsonSpan.Next(right, JsonSpan.EndOfValue(right, JsonSpan.ValueOfMember(right, at, out _))))
        {
            members--;
        }

        return members == 0;
    }

    /// <summary>The value of the member with this key, looking first where it is in an object of the same order.</summary>
    private static int FindMember(ReadOnlySpan<byte> json, int first, int guess, ReadOnlySpan<byte> key, ref long work, out int next)
    {
        var at = guess;
        var wrapped = false;
        while (true)
        {
            if (json[at] == '}')
            {
                if (wrapped || guess == first)
                {
                    break;
                }

                (at, wrapped) = (first, true);
                continue;
            }

            if ((wrapped && at == guess) || --work < 0)
            {
                break;
            }

            var value = JsonSpan.ValueOfMember(json, at, out var found);
            at = JsonSpan.Next(json, JsonSpan.EndOfValue(json, value));
            if (AreTextsEqual(json[found], key))
            {
                next = at;
                return value;
            }
        }

        next = first;
        return -1;
    }

    private static bool AreTextsEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (!left.Contains((byte)'\\') && !right.Contains((byte)'\\'))
        {
            return left.SequenceEqual(right);
        }

        var leftRoom = left.Length <= Room ? stackalloc byte[Room] : new byte[left.Length];
        var rightRoom = right.Length <= Room ? stackalloc byte[Room] : new byte[right.Length];
        return leftRoom[..JsonText.Unescape(left, leftRoom)].SequenceEqual(rightRoom[..JsonText.Unescape(right, rightRoom)]);
    }

    private static int HashText(ReadOnlySpan<byte> text)
    {
        var hash = new HashCode();
        if (!text.Contains((byte)'\\'))
        {
            hash.AddBytes(text);
            return hash.ToHashCode();
        }

        var room = text.Length <= Room ? stackalloc byte[Room] : new byte[text.Length];
        hash.AddBytes(room[..JsonText.Unescape(text, room)]);
        return hash.ToHashCode();
    }
}
