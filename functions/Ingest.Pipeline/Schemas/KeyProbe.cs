using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Recognises <c>"name":</c> with one or two vector comparisons. Events of one producer repeat their keys in one order, so a
/// guess is nearly always right, and then neither the key's end nor its hash has to be found.
/// </summary>
internal sealed class KeyProbe
{
    private readonly Vector128<byte> head, headMask, tail, tailMask;
    private readonly byte[] quoted;

    public KeyProbe(ReadOnlySpan<byte> name)
    {
        // A name that needs escaping can be written in several ways: those take the general path.
        if (name.IndexOfAnyInRange((byte)0, (byte)0x1f) >= 0 || name.IndexOfAny((byte)'"', (byte)'\\') >= 0)
        {
            quoted = [];
            return;
        }

        quoted = [(byte)'"', .. name, (byte)'"', (byte)':'];
        Length = quoted.Length;
        (head, headMask) = Masked(quoted.AsSpan(0, Math.Min(16, quoted.Length)));
        (tail, tailMask) = quoted.Length is > 16 and <= 32 ? Masked(quoted.AsSpan(16)) : default;
    }

    public int Length { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(ReadOnlySpan<byte> json, int at)
    {
        if (Length is > 32 or 0 || json.Length - at < 32)
        {
            return MatchesSlowly(json, at);
        }

        ref var start = ref Unsafe.Add(ref MemoryMarshal.GetReference(json), at);
        return (Vector128.LoadUnsafe(ref start) & headMask) == head
            && (Length <= 16 || (Vector128.LoadUnsafe(ref start, 16) & tailMask) == tail);
    }

    private bool MatchesSlowly(ReadOnlySpan<byte> json, int at) => quoted.Length > 0 && json[at..].StartsWith(quoted);

    private static (Vector128<byte> Value, Vector128<byte> Mask) Masked(ReadOnlySpan<byte> bytes)
    {
        Span<byte> value = stackalloc byte[16];
        Span<byte> mask = stackalloc byte[16];
        value.Clear();
        mask.Clear();
        bytes.CopyTo(value);
        mask[..bytes.Length].Fill(0xff);
        return (Vector128.Create<byte>(value), Vector128.Create<byte>(mask));
    }
}
