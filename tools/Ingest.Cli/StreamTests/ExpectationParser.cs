using System.Globalization;
using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.StreamTests;

/// <summary><c>expect</c> of a case.</summary>
internal sealed class ExpectationParser(TestReader reader)
{
    private static readonly Dictionary<string, FaultCode> Codes = Enum.GetValues<FaultCode>().ToDictionary(c => c.ToText(), StringComparer.Ordinal);

    public Expectation? Parse(LocatedValue node)
    {
        if (!reader.IsObject(node, "\"expect\"", "stream", "rows", "exact", "faults"))
        {
            return null;
        }

        var (rows, faults) = (List(node, "rows"), List(node, "faults"));
        if (rows.Count + faults.Count == 0)
        {
            reader.Report(node, "\"expect\" names neither a row nor a fault; every event becomes at least one of them.");
        }

        var stream = node.Find("stream");
        return new Expectation(
            stream is not null,
            stream is { Kind: JsonValueKind.Null } ? null : reader.Text(node, "stream"),
            [.. rows.Where(r => reader.IsObject(r, "A row")).Select(Row)],
            Flag(node, "exact"),
            [.. faults.Select(Fault).OfType<ExpectedFault>()]);
    }

    private static Dictionary<string, JsonElement> Row(LocatedValue row) => row.Members.ToDictionary(m => m.Name, m => Element(m.Value), StringComparer.Ordinal);

    private static JsonElement Element(LocatedValue value)
    {
        var reader = new Utf8JsonReader(
            value.Raw.Span, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 128 });
        return JsonElement.ParseValue(ref reader);
    }

    private ExpectedFault? Fault(LocatedValue node)
    {
        if (!reader.IsObject(node, "A fault", "code", "path", "detail", "index"))
        {
            return null;
        }

        if (reader.Text(node, "code") is not { } text)
        {
            reader.Report(node, $"A fault needs its \"code\": {string.Join(", ", Codes.Keys)}.");
            return null;
        }

        if (Codes.TryGetValue(text, out var code))
        {
            return new ExpectedFault(code, reader.Text(node, "path"), reader.Text(node, "detail"), Index(node));
        }

        var nearest = Spelling.Suggest(text, Codes.Keys);
        reader.Report(node.Find("code")!, $"There is no fault code \"{text}\".{(nearest.Length > 0 ? nearest : $" Known codes: {string.Join(", ", Codes.Keys)}.")}");
        return null;
    }

    private int? Index(LocatedValue node)
    {
        if (node.Find("index") is not { } value)
        {
            return null;
        }

        if (int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && value.Kind == JsonValueKind.Number)
        {
            return index;
        }

        reader.Report(value, $"\"index\" must be the position of a record, from 0, not {value.Describe()}.");
        return null;
    }

    private bool Flag(LocatedValue node, string key)
    {
        var value = node.Find(key);
        if (value is not (null or { Kind: JsonValueKind.True or JsonValueKind.False }))
        {
            reader.Report(value, $"\"{key}\" must be true or false, not {value.Describe()}.");
        }

        return value is { Kind: JsonValueKind.True };
    }

    private IReadOnlyList<LocatedValue> List(LocatedValue node, string key)
    {
        var value = node.Find(key);
        if (value is null or { Kind: JsonValueKind.Array })
        {
            return value?.Elements ?? [];
        }

        reader.Report(value, $"\"{key}\" must be an array, not {value.Describe()}.");
        return [];
    }
}
