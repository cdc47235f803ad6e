using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.Plan.Files;

/// <summary>Sets values in JSON that people wrote: comments, order and layout of the rest stay as they are.</summary>
public static class JsonEdit
{
    /// <param name="path">Names from the root; objects that are missing are made.</param>
    /// <param name="value">JSON text, as it is to stand there.</param>
    /// <exception cref="CommandException">The text is not JSON, or something on the path is no object.</exception>
    public static byte[] Set(string file, byte[] utf8, IReadOnlyList<string> path, string value)
    {
        ArgumentNullException.ThrowIfNull(path);
        var at = Parse(file, utf8);
        for (var i = 0; i < path.Count; i++)
        {
            if (at.Kind != JsonValueKind.Object)
            {
                throw new CommandException(ExitCode.Usage, $"{file}({at.Line}): expected an object with \"{path[i]}\", found {at.Describe()}.");
            }

            if (at.Find(path[i]) is not { } next)
            {
                var missing = path.Skip(i + 1).Reverse().Aggregate(value, (inner, name) => $"{{ {Quoted(name)}: {inner} }}");
                return Insert(utf8, at, $"{Quoted(path[i])}: {missing}");
            }

            at = next;
        }

        var (start, length) = Place(at);
        return [.. utf8[..start], .. Encoding.UTF8.GetBytes(value), .. utf8[(start + length)..]];
    }

    /// <exception cref="CommandException">The text is not JSON.</exception>
    public static LocatedValue Parse(string file, byte[] utf8)
    {
        var errors = new List<ConfigurationError>();
        return LocatedJson.Parse(file, utf8, errors) is { } root && errors.Count == 0
            ? root
            : throw new CommandException(ExitCode.Usage, string.Join(Environment.NewLine, errors));
    }

    private static byte[] Insert(byte[] utf8, LocatedValue parent, string member)
    {
        var (start, length) = Place(parent);
        if (parent.Members is not [.., var last])
        {
            return [.. utf8[..start], .. Encoding.UTF8.GetBytes($"{{ {member} }}"), .. utf8[(start + length)..]];
        }

        var (lastStart, lastLength) = Place(last.Value);
        var separator = parent.Line == last.Line ? ", " : ",\n" + Indent(utf8, lastStart);
        return [.. utf8[..(lastStart + lastLength)], .. Encoding.UTF8.GetBytes(separator + member), .. utf8[(lastStart + lastLength)..]];
    }

    private static string Indent(byte[] utf8, int at)
    {
        var line = utf8.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        return new string(' ', utf8.AsSpan(line, at - line).IndexOfAnyExcept((byte)' '));
    }

    private static (int Start, int Length) Place(LocatedValue value) => MemoryMarshal.TryGetArray(value.Raw, out var segment)
        ? (segment.Offset, segment.Count)
        : throw new InvalidOperationException("A parsed value lies in the array that was parsed.");

    private static string Quoted(string name) => string.Create(CultureInfo.InvariantCulture, $"\"{JsonEncodedText.Encode(name)}\"");
}
