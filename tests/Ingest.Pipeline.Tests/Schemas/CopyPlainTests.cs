using System.Runtime.InteropServices;
using System.Text;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Tests.Schemas;

public sealed class CopyPlainTests
{
    [Fact]
    public void Short_plain_texts_are_found_and_copied_whole()
    {
        for (var length = 0; length < JsonText.CopyRoom; length++)
        {
            var text = new string('a', length) + '"' + new string(' ', JsonText.CopyRoom);
            var room = new byte[JsonText.CopyRoom];

            Assert.Equal(length, CopyPlain(Encoding.ASCII.GetBytes(text), 0, room));
            Assert.Equal(new string('a', length), Encoding.ASCII.GetString(room[..length]));
        }
    }

    [Theory]
    [InlineData("escaped \\\" quote")]
    [InlineData("control \u0001 character")]
    [InlineData("Zürich")]
    public void What_must_be_looked_at_more_closely_is_not_taken(string text) =>
        Assert.Equal(-1, CopyPlain(Encoding.UTF8.GetBytes(text + '"' + new string(' ', 64)), 0, new byte[64]));

    [Fact]
    public void Nothing_behind_the_payload_is_read()
    {
        var payload = Encoding.ASCII.GetBytes(new string('a', 31) + '"').AsSpan();

        Assert.Equal(31, CopyPlain(payload, 0, new byte[64]));
        Assert.Equal(-1, CopyPlain(payload, 1, new byte[64]));
        Assert.Equal(-1, CopyPlain(payload[..31], 0, new byte[64]));
    }

    private static int CopyPlain(ReadOnlySpan<byte> json, int at, Span<byte> room) =>
        JsonText.CopyPlain(ref MemoryMarshal.GetReference(json[at..]), json.Length - at, ref MemoryMarshal.GetReference(room));
}
