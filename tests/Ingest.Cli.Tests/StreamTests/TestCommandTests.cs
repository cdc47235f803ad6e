using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingest.Cli.Processes;
using Ingest.Cli.StreamTests;
using Ingest.Cli.Tests.Offline;
using Spectre.Console.Testing;
using Measured = Ingest.Testing.Measured;

namespace Ingest.Cli.Tests.StreamTests;

public class TestCommandTests
{
    private const string Rows = """ "lookups": { "sites": { "a": { "site": "Lyon" } } }, """;

    [Fact]
    public async Task The_repositorys_own_streams_pass_their_tests()
    {
        var (code, output, error) = await Workspace.RunAsync("test", "--streams", Path.Combine(Repository.FindRoot(), "streams.json"), "--json");

        Assert.True(code == ExitCode.Fine, error);
        using var json = JsonDocument.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(3, json.RootElement.GetProperty("files").GetInt32());
        Assert.True(json.RootElement.GetProperty("passed").GetInt32() > 20);
        Assert.Equal(0, json.RootElement.GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task A_failed_test_is_shown_as_a_diff_and_exits_1()
    {
        using var workspace = WithCases("""
            { "name": "wrong", "input": { "properties": { "type": "readings" }, "body": { "name": "a", "count": 3 } },
              "expect": { "rows": [ { "count": 4, "site": "Lyon" } ] } }
            """);

        var (code, _, _) = await Workspace.RunAsync("test", "--streams", workspace.StreamsFile);
        using var console = new TestConsole().Width(500);
        TestView.Write(console, await new TestRun(workspace.StreamsFile, [], TimeProvider.System).RunAsync(default));

        Assert.Equal(ExitCode.No, code);
        Assert.Equal(
            [
                $"FAIL {workspace.PathOf(Path.Combine("streams.tests", "one.json"))}(1): wrong",
                "  - row 0, count: 4",
                "  + row 0, count: 3",
                "",
                "- expected   + found",
            ],
            console.Lines.Take(5));
        Assert.StartsWith("1 of 1 tests failed: 1 case in 1 file", console.Lines[5], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "name": "a" }""", """ "rows": [ { "count": 1 } ] """, "row 0, count|1|null")]
    [InlineData("""{ "name": "a" }""", """ "rows": [ { "nmae": "a" } ] """, "row 0, nmae|\"a\"|the stream readings has no such column. Did you mean \"name\"?")]
    [InlineData("""{ "name": "a", "count": 7 }""", """ "exact": true, "rows": [ { "name": "a", "site": "Lyon" } ] """, "row 0, count||7")]
    [InlineData("""{ "name": "a" }""", """ "rows": [ {}, { "name": "b" } ] """, "row 1|{\"name\":\"b\"}|")]
    [InlineData("""{ "name": "a", "count": -1 }""", """ "rows": [ {} ] """, "row 0|{}|;fault||schema at /count: Expected a number at least 0. Found -1.")]
    [InlineData("""{ "name": "a" }""", """ "faults": [ { "code": "schema", "path": "/count" } ] """, "row 0||*;fault|schema at /count|")]
    [InlineData("""{ "name": "a", "count": -1 }""", """ "faults": [ { "code": "schema", "path": "/cnt" } ] """, "fault|schema at /cnt|schema at /count: Expected a number at least 0. Found -1.")]
    [InlineData("""{ "name": "b" }""", """ "faults": [ { "code": "lookup-missing", "path": "/name", "detail": "no row \"c\"" } ] """, "fault|lookup-missing at /name, detail contains \"no row \"c\"\"|lookup-missing at /name: Lookup \"sites\" has no row \"b\".")]
    [InlineData("""{ "name": "a" }""", """ "stream": "others", "rows": [ {} ] """, "stream|others|readings")]
    public async Task Every_kind_of_difference_is_found(string body, string expect, string differences)
    {
        using var workspace = WithCases($$"""{ "name": "n", "input": { "properties": { "type": "readings" }, "body": {{body}} }, "expect": { {{expect}} } }""");

        var report = await new TestRun(workspace.StreamsFile, [], TimeProvider.System).RunAsync(default);

        var found = Assert.Single(report.Failures).Differences.Select(d => $"{d.Where}|{d.Expected}|{(differences.Contains("|*", StringComparison.Ordinal) && d.Expected is null ? "*" : d.Found)}");
        Assert.Equal(differences, string.Join(';', found));
    }

    [Fact]
    public async Task Values_are_compared_by_what_they_mean()
    {
        using var workspace = WithCases("""
            { "name": "n", "input": { "properties": { "type": "readings" }, "enqueued": "2026-02-03T04:05:06.5Z", "partitionKey": "p",
                "body": { "name": "a", "ratio": 1e1, "on": "2026-01-01T01:00:00+01:00", "tags": ["x", "é"] } },
              "expect": { "exact": true, "stream": "readings", "rows": [ {
                "name": "a", "ratio": 10.0, "on": "2026-01-01T00:00:00.000Z", "tags": ["x", "\u00e9"], "count": null, "site": "Lyon",
                "_id": "a", "_key": "p", "_enqueued": "2026-02-03T05:05:06.5+01:00" } ] } }
            """);

        var report = await new TestRun(workspace.StreamsFile, [], TimeProvider.System).RunAsync(default);

        Assert.Empty(report.Failures);
        Assert.Equal(1, report.Passed);
    }

    [Fact]
    public async Task Mistakes_in_test_files_are_named_with_file_and_line_and_exit_2()
    {
        using var workspace = new Workspace().With("streams.tests/bad.json", """
            {
              "lookups": { "site": {} },
              "cases": [
                { "name": "a", "inptu": {},
                  "expect": { "faults": [ { "code": "schemma" } ] } },
                { "name": "b",
                  "input": { "body": { "name": "a", }, "enqueued": "yesterday" }, "expect": { } },
                { "name": "c", "input": { "body": {}, "text": "" }, "expect": { "rows": [ 1 ] } }
              ]
            }
            """).With("streams.tests/broken.json", "{\n  \"cases\": [\n");

        var (code, output, error) = await Workspace.RunAsync("test", "--streams", workspace.StreamsFile, "--json");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("", output);
        var lines = error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(l => Path.GetRelativePath(workspace.PathOf("streams.tests"), l));
        Assert.Equal(
            [
                "bad.json(2): /lookups/site: The streams file defines no lookup \"site\". Did you mean \"sites\"?",
                "bad.json(4): /cases/0/inptu: A case has no key \"inptu\". Did you mean \"input\"?",
                "bad.json(4): /cases/0: A case needs \"input\": the event.",
                "bad.json(5): /cases/0/expect/faults/0/code: There is no fault code \"schemma\". Did you mean \"schema\"?",
                "bad.json(7): /cases/1/input/body: A body is sent exactly as it is written here, and this one holds a comment or a trailing comma; to send such, use \"text\".",
                "bad.json(7): /cases/1/expect: \"expect\" names neither a row nor a fault; every event becomes at least one of them.",
                "bad.json(8): /cases/2/input: \"input\" needs one of \"body\" (JSON), \"text\" or \"base64\", not body and text.",
                "bad.json(8): /cases/2/expect/rows/0: A row must be an object, not the number 1.",
            ],
            lines.Take(8));
        Assert.StartsWith("broken.json(3): : This is not valid JSON:", lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_tests_or_streams_the_command_says_where_to_put_them()
    {
        using var workspace = new Workspace();

        var (none, _, noTests) = await Workspace.RunAsync("test", "--streams", workspace.StreamsFile);
        var (missing, _, noFile) = await Workspace.RunAsync("test", "--streams", workspace.PathOf("other.json"));

        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (none, missing));
        Assert.Contains(Path.Combine("streams.tests", "telemetry.json"), noTests, StringComparison.Ordinal);
        Assert.Contains("other.json", noFile, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_cases_take_less_than_a_second()
    {
        const int Cases = 4000;
        var cases = new StringBuilder();
        for (var i = 0; i < Cases; i++)
        {
            cases.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$$"""
                { "name": "case {{{i}}}", "input": { "properties": { "type": "readings" }, "body": { "name": "a", "count": {{{i}}} } },
                  "expect": { "rows": [ { "count": {{{i}}}, "site": "Lyon" } ] } }
                """);
        }

        using var workspace = WithCases(cases.ToString());
        await Measured.BelowAsync(Cases / 1000.0, async () =>
        {
            var report = await new TestRun(workspace.StreamsFile, [], TimeProvider.System).RunAsync(default);
            Assert.Equal(Cases, report.Passed);
            return report.Seconds;
        });
    }

    private static Workspace WithCases(string cases) => new Workspace().With("streams.tests/one.json", $$"""{ {{Rows}} "cases": [ {{cases}} ] }""");
}
