using System.Text.Json.Nodes;

namespace Ingest.Infrastructure.Tests.Azd;

/// <summary>The YAML that azure.yaml needs: nested block mappings of plain scalars. Anything else is refused, so nothing is misread.</summary>
public static class BlockYaml
{
    /// <exception cref="FormatException">The text uses more of YAML than that, or is not well formed.</exception>
    public static JsonObject Parse(string text)
    {
        var root = new JsonObject();
        var open = new Stack<(int Indent, JsonObject Node)>([(0, root)]);
        (int Indent, JsonObject Parent, string Key)? waiting = null;
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0 && !l.TrimStart().StartsWith('#')))
        {
            var content = line.TrimStart(' ');
            var indent = line.Length - content.Length;
            var colon = content.IndexOf(':');
            if (colon <= 0 || content[0] is '-' or '{' or '[' or '\t' || (colon + 1 < content.Length && content[colon + 1] != ' '))
            {
                throw new FormatException($"Not a plain mapping: {line}");
            }

            if (waiting is { } parent && indent > parent.Indent)
            {
                var node = new JsonObject();
                parent.Parent[parent.Key] = node;
                open.Push((indent, node));
            }

            while (open.Peek().Indent > indent)
            {
                open.Pop();
            }

            if (open.Peek().Indent != indent)
            {
                throw new FormatException($"Indented between two levels: {line}");
            }

            var (key, value) = (content[..colon], content[(colon + 1)..].Trim());
            if (value.Length > 0 && value[0] is '{' or '[' or '&' or '*' or '|' or '>')
            {
                throw new FormatException($"Not a plain scalar: {line}");
            }

            if (!open.Peek().Node.TryAdd(key, value.Length == 0 ? null : JsonValue.Create(value.Trim('\'', '"'))))
            {
                throw new FormatException($"Twice: {key}");
            }

            waiting = value.Length == 0 ? (indent, open.Peek().Node, key) : null;
        }

        return root;
    }
}
