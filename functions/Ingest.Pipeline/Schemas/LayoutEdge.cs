using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ingest.Pipeline.Schemas;

/// <summary>The bytes between one value and the next, and what they mean.</summary>
internal sealed class LayoutEdge
{
    private readonly Vector256<byte> head, mask;
    private readonly int[] marks;
    private int markCount;

    /// <summary>A step that is described anew each time.</summary>
    /// <param name="mostMarks">Properties that it may pass.</param>
    public LayoutEdge(int mostMarks) => (Text, marks) = ([], new int[mostMarks]);

    /// <summary>A step that is remembered by its text.</summary>
    public LayoutEdge(ReadOnlySpan<byte> text, LayoutEdge step)
    {
        (Text, To, Balance, marks, markCount) = (text.ToArray(), step.To, step.Balance, step.Marks.ToArray(), step.markCount);
        Length = text.Length;
        Span<byte> padded = stackalloc byte[Vector256<byte>.Count];
        Span<byte> ones = stackalloc byte[Vector256<byte>.Count];
        padded.Clear();
        ones.Clear();
        var length = Math.Min(text.Length, padded.Length);
        text[..length].CopyTo(padded);
        ones[..length].Fill(0xff);
        (head, mask) = (Vector256.Create<byte>(padded), Vector256.Create<byte>(ones));
    }

    public byte[] Text { get; }

    /// <summary>The value that follows; null where the record ends.</summary>
    public LayoutState? To { get; private set; }

    /// <summary>Slots of the properties passed on the way: objects that were opened, or that are null.</summary>
    public ReadOnlySpan<int> Marks => marks.AsSpan(0, markCount);

    /// <summary>Required properties that were passed, the value behind included, less those that the opened objects require.</summary>
    public int Balance { get; private set; }

    /// <summary>How often it was taken; earlier times count less.</summary>
    public long Uses { get; set; }

    public int Length { get; }

    public bool HasMarks => markCount > 0;

    /// <param name="bytes">What stands in the text, and behind it.</param>
    /// <param name="rest">How many bytes follow from there on, at least as many as the vector has.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(ref byte bytes, int rest) =>
        (Vector256.LoadUnsafe(ref bytes) & mask) == head && (Length <= Vector256<byte>.Count || MatchesToTheEnd(ref bytes, rest));

    private bool MatchesToTheEnd(ref byte bytes, int rest) => MemoryMarshal.CreateReadOnlySpan(ref bytes, rest).StartsWith(Text);

    public void Begin(int balance) => (To, Balance, markCount) = (null, balance, 0);

    /// <summary>False where the record passes more properties than there are.</summary>
    public bool TryPass(PropertyPlan property, int slot)
    {
        if (markCount == marks.Length)
        {
            return false;
        }

        marks[markCount++] = slot;
        Balance += property.IsRequired ? 1 : 0;
        return true;
    }

    public void Open(ObjectPlan plan) => Balance -= plan.RequiredCount;

    public void End(LayoutState to, PropertyPlan property)
    {
        To = to;
        Balance += property.IsRequired ? 1 : 0;
    }
}
