using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Log;

/// <summary>One encoded message, taken apart: its message annotations and its bare message, both still encoded.</summary>
internal readonly ref struct EventSections(ReadOnlySpan<byte> annotations, int annotationCount, ReadOnlySpan<byte> bare)
{
    /// <summary>Keys and values, alternating.</summary>
    public ReadOnlySpan<byte> Annotations { get; } = annotations;

    public int AnnotationCount { get; } = annotationCount;

    /// <summary>Properties, application-properties, body and footer.</summary>
    public ReadOnlySpan<byte> Bare { get; } = bare;

    /// <exception cref="AmqpDecodeException">It is not a message.</exception>
    public static EventSections Parse(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> annotations = default;
        var count = 0;
        var bare = message.Length;
        var previous = 0;
        var position = 0;
        while (position < message.Length)
        {
            var code = AmqpBytes.SectionCode(message, position, out var value);
            if (code is < 0x70 or > 0x78 || code < previous)
            {
                throw new AmqpDecodeException($"Section {code:x2} stands where a message cannot have it.");
            }

            previous = code;
            if (code == 0x72)
            {
                annotations = AmqpBytes.MapContent(message, value, out count);
            }
            else if (code > 0x72)
            {
                bare = Math.Min(bare, position);
            }

            position = AmqpBytes.Skip(message, value);
        }

        return new EventSections(annotations, count, message[bare..]);
    }

    /// <summary>The encoded value of an annotation, or empty.</summary>
    public ReadOnlySpan<byte> FindAnnotation(ReadOnlySpan<byte> name)
    {
        var position = 0;
        for (var i = 0; i < AnnotationCount; i++)
        {
            var value = AmqpBytes.Skip(Annotations, position);
            var next = AmqpBytes.Skip(Annotations, value);
            if (Annotations[position] is 0xa3 or 0xb3 && AmqpBytes.Content(Annotations, position).SequenceEqual(name))
            {
                return Annotations[value..next];
            }

            position = next;
        }

        return default;
    }
}
