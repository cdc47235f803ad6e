using System.Text;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Schemas.Conformance;

/// <summary>Every case of the official suite that is at hand, by file: for the validator, and for the record reader.</summary>
public sealed class JsonSchemaTestSuite
{
    private static readonly ISchemaResolver Remotes = new SchemaFolder(Path.Combine(SuiteCase.Folder, "remotes"), "http://localhost:1234/");

    public static TheoryData<string> Files => SuiteCase.IsPresent ? [.. SuiteCase.Files] : [""];

    [SuiteTheory]
    [MemberData(nameof(Files))]
    public void The_official_cases_hold(string file)
    {
        List<string> wrong = [];
        var held = 0;
        foreach (var group in SuiteCase.Read(file))
        {
            var (right, failed) = Run(group);
            held += right;
            var isExcluded = SuiteExclusions.Groups.ContainsKey((file, group.Description));
            if (isExcluded && failed.Count == 0)
            {
                wrong.Add($"{group.Description}: holds, so its exclusion can go.");
            }
            else if (!isExcluded)
            {
                wrong.AddRange(failed);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(held > 0 || SuiteExclusions.Groups.Keys.Any(k => k.File == file), "The file holds no cases.");
    }

    /// <summary>
    /// The same cases as a property of a record, whose schema the stream's refers to. What a record reader refuses beyond them is what
    /// columns cannot hold, and what streams do not take: keywords and formats that nobody knows.
    /// </summary>
    [SuiteTheory]
    [MemberData(nameof(Files))]
    public void The_record_reader_agrees_with_the_validator(string file)
    {
        List<string> wrong = [];
        foreach (var group in SuiteCase.Read(file))
        {
            List<ConfigurationError> errors = [];
            var source = Encoding.UTF8.GetBytes("""{"type":"object","properties":{"v":{"$ref":"https://suite.test/case"}}}""");
            var schema = SchemaCompiler.Compile(
                new SchemaSource("case.json", source), new SchemaBinding(null, null, null), errors, new OneSchema(group.Schema, Remotes));
            if (schema is null)
            {
                var isExcluded = SuiteExclusions.Groups.ContainsKey((file, group.Description));
                wrong.AddRange(errors.Where(e => !isExcluded && !SuiteExclusions.RefusedByStreams.Any(reason => e.Message.Contains(reason, StringComparison.Ordinal)))
                    .Select(e => $"{group.Description}: {e}"));
                continue;
            }

            foreach (var (description, value, _) in group.Values)
            {
                byte[] record = [.. "{\"v\":"u8, .. value, .. "}"u8];
                var isValid = schema.IsValid(record);
                var decoded = Decoded.Of(schema, PayloadFormat.Json, null, Decoded.Event(record));
                if (decoded.Batch.RowCount == 1 != isValid
                    && !(isValid && SuiteExclusions.RefusedByColumns.Any(reason => decoded.Refused[0].Fault.Detail.Contains(reason, StringComparison.Ordinal))))
                {
                    wrong.Add($"{group.Description}: {description}: {Encoding.UTF8.GetString(value)} is {(isValid ? "valid" : "invalid")}. {decoded.Refused.FirstOrDefault()?.Fault}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private sealed class OneSchema(byte[] schema, ISchemaResolver others) : ISchemaResolver
    {
        public SchemaSource? Resolve(string uri) => uri == "https://suite.test/case" ? new SchemaSource("suite.json", schema) : others.Resolve(uri);
    }

    private static (int Right, List<string> Wrong) Run(SuiteCase group)
    {
        List<ConfigurationError> errors = [];

        // Required cases of format.json say that formats are annotations unless one asks for more.
        var options = new SchemaOptions { Resolver = Remotes, AssertFormats = group.File.StartsWith("optional/format/", StringComparison.Ordinal) };
        if (SchemaCompiler.Compile(new SchemaSource(group.File, group.Schema), options, errors) is not { } schema)
        {
            return (0, [$"{group.Description}: {string.Join("; ", errors)}"]);
        }

        List<string> wrong = [];
        foreach (var (description, value, isValid) in group.Values)
        {
            var verdict = schema.IsValid(value, out var fault);
            if (verdict != isValid || schema.IsValid(value) != verdict || verdict != (fault == default))
            {
                wrong.Add($"{group.Description}: {description}: {Encoding.UTF8.GetString(value)} should be {(isValid ? "valid" : "invalid")}. {fault}");
            }
        }

        return (group.Values.Count - wrong.Count, wrong);
    }
}
