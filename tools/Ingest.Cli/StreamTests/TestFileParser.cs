using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.StreamTests;

/// <summary>Reads the files of <c>streams.tests</c>, and names every mistake in them with its file and line.</summary>
public sealed class TestFileParser
{
    private readonly string file;
    private readonly TestReader reader;
    private readonly LookupRowsParser lookups;

    private TestFileParser(string file, IReadOnlyCollection<string> lookups, ICollection<ConfigurationError> errors)
    {
        this.file = file;
        reader = new TestReader(file, errors);
        this.lookups = new LookupRowsParser(reader, lookups);
    }

    /// <param name="file">Name for messages.</param>
    /// <param name="lookups">Names of the lookups that the streams file defines.</param>
    /// <returns>The cases that could be read; null where the file is no JSON object.</returns>
    public static TestFile? Parse(string file, ReadOnlyMemory<byte> utf8, IReadOnlyCollection<string> lookups, ICollection<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return LocatedJson.Parse(file, utf8, errors) is { } root ? new TestFileParser(file, lookups, errors).File(root) : null;
    }

    private TestFile? File(LocatedValue root)
    {
        if (!reader.IsObject(root, "A test file", "$schema", "lookups", "settings", "cases"))
        {
            return null;
        }

        var shared = root.Find("lookups") is { } rows ? lookups.Parse(rows) : [];
        var cases = new List<TestCase>();
        if (root.Find("cases") is not { Kind: JsonValueKind.Array } list)
        {
            reader.Report(root.Find("cases") ?? root, "\"cases\" must be an array: the tests of this file.");
        }
        else
        {
            if (list.Elements.Count == 0)
            {
                reader.Report(list, "There are no cases: a test file without any tests nothing.");
            }

            cases.AddRange(list.Elements.Select(Case).OfType<TestCase>());
        }

        return new TestFile(file, shared, Settings(root), cases);
    }

    private Dictionary<string, string> Settings(LocatedValue root) =>
        root.Find("settings") is { } settings && reader.IsObject(settings, "\"settings\"")
            ? settings.Members.ToDictionary(m => m.Name, m => reader.Text(settings, m.Name) ?? "", StringComparer.Ordinal)
            : [];

    private TestCase? Case(LocatedValue node)
    {
        if (!reader.IsObject(node, "A case", "name", "input", "lookups", "expect"))
        {
            return null;
        }

        var name = reader.Text(node, "name");
        if (string.IsNullOrWhiteSpace(name))
        {
            reader.Report(node, "A case needs a \"name\": one sentence that says what must happen.");
        }

        var lookupRows = node.Find("lookups") is { } own ? lookups.Parse(own) : null;
        var input = node.Find("input") is { } input_ ? new InputParser(reader).Parse(input_) : Missing<IncomingEvent?>(node, "input", "the event");
        var expect = node.Find("expect") is { } e ? new ExpectationParser(reader).Parse(e) : Missing<Expectation?>(node, "expect", "what must come of it");
        return name is not null && input is { } source && expect is not null ? new TestCase(name, node.Line, source, lookupRows, expect) : null;
    }

    private T? Missing<T>(LocatedValue node, string key, string what)
    {
        reader.Report(node, $"A case needs \"{key}\": {what}.");
        return default;
    }
}
