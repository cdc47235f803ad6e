using System.Text.RegularExpressions;
using Ingest.Testing;

namespace Ingest.Functions.Tests;

/// <summary>docs/delivery.md names a test for every promise.</summary>
public partial class DeliveryPromisesTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "delivery.md"));

    [Fact]
    public void Every_test_that_the_document_names_exists()
    {
        var tests = new[] { "*Tests.cs", "*Conformance.cs" }
            .SelectMany(files => Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), files, SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Test().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups["name"].Value}"))
            .ToHashSet();
        var named = Named().Matches(Document).Select(match => match.Groups["name"].Value).ToList();

        Assert.True(named.Count >= 70, $"Only {named.Count} tests are named.");
        Assert.Equal([], named.Except(tests));
    }

    /// <summary>A name without its class would not be looked for, and could be that of a test that was renamed.</summary>
    [Fact]
    public void Every_test_is_named_with_its_class() => Assert.Equal([], Bare().Matches(Document).Select(match => match.Value));

    [Fact]
    public void Every_promise_names_a_test()
    {
        var rows = Document.Split('\n').SkipWhile(line => line != "## Promises and proofs").SkipWhile(line => !line.StartsWith("|---", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => line.StartsWith('|')).ToList();

        Assert.True(rows.Count >= 40, $"Only {rows.Count} promises were found.");
        Assert.All(rows, row => Assert.Matches(Named(), row));
    }

    [GeneratedRegex(@"\[(?:Fact|Theory|Property(?:\([^\n]*\))?)\](?:\s*\[[^\n]*\])*\s*public (?:async )?(?:Task|void) (?<name>\w+)\(")]
    private static partial Regex Test();

    [GeneratedRegex(@"`[A-Z][a-z]*(?:_[A-Za-z0-9]+){2,}`")]
    private static partial Regex Bare();

    [GeneratedRegex(@"`(?<name>\w+(?:Tests|Conformance)\.\w+)`")]
    private static partial Regex Named();
}
