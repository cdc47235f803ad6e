using System.Text;
using System.Text.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Testing;
using Ingest.Testing.Node;

namespace Ingest.Pipeline.Tests.Schemas.Agreement;

/// <summary>A foreign implementation, ajv, has the same opinion of random values against random schemas.</summary>
public sealed class AjvAgreementTests
{
    private const int Schemas = 1500;
    private const int ValuesEach = 12;

    [Fact]
    public async Task Ajv_has_the_same_opinion_of_random_values_against_random_schemas()
    {
        var random = new RandomSchemas(20261125);
        var cases = Enumerable.Range(0, Schemas)
            .Select(_ => (Schema: random.Schema(), Values: Enumerable.Range(0, ValuesEach).Select(_ => random.Value()).ToArray()))
            .ToArray();
        var verdicts = await AskAjvAsync(cases);

        List<string> differences = [];
        var (valid, invalid) = (0, 0);
        for (var i = 0; i < cases.Length; i++)
        {
            List<ConfigurationError> errors = [];
            var schema = SchemaCompiler.Compile(new SchemaSource("random.json", Encoding.UTF8.GetBytes(cases[i].Schema)), new SchemaOptions(), errors);
            Assert.True(schema is not null, $"{cases[i].Schema}: {string.Join("; ", errors)}");
            for (var j = 0; j < ValuesEach; j++)
            {
                var ours = schema.IsValid(Encoding.UTF8.GetBytes(cases[i].Values[j]), out var fault);
                Assert.NotEqual(FaultCode.TooLarge, fault.Code);
                (valid, invalid) = ours ? (valid + 1, invalid) : (valid, invalid + 1);
                if (ours != (verdicts[i][j] == '1') && !IsAjvsMistake(cases[i].Schema, cases[i].Values[j]))
                {
                    differences.Add($"{cases[i].Schema}\n  {cases[i].Values[j]}\n  ours: {ours} {fault}");
                }
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.OrderBy(d => d.Length).Take(8))}");
        Assert.True(valid > 2000 && invalid > 2000, $"{valid} valid, {invalid} invalid: too few of one kind to mean anything.");
    }

    /// <summary>Where ajv departs from the specification, as narrowly as these random schemas allow to say.</summary>
    private static bool IsAjvsMistake(string schema, string value)
    {
        // A colon in the first segment of a relative reference (RFC 3986 section 4.2): ajv-formats lets it pass.
        var isColon = schema.Contains("\"uri-reference\"", StringComparison.Ordinal)
            && (value.Contains("::1", StringComparison.Ordinal) || value.Contains("06:00:00Z", StringComparison.Ordinal));

        // Elements that contains found are evaluated in 2020-12 (core, section 11.2): ajv still has them unevaluated, as 2019-09 did.
        var isContained = schema.Contains("\"contains\"", StringComparison.Ordinal) && schema.Contains("\"unevaluatedItems\"", StringComparison.Ordinal) && value.Contains('[', StringComparison.Ordinal);
        return isColon || isContained;
    }

    /// <summary>For each schema a text with 1 for a valid and 0 for an invalid value.</summary>
    private static async Task<string[]> AskAjvAsync((string Schema, string[] Values)[] cases)
    {
        var folder = Directory.CreateTempSubdirectory("ajv-agreement");
        try
        {
            var file = Path.Combine(folder.FullName, "cases.json");
            var lines = cases.Select(c => $$"""{"schema":{{c.Schema}},"values":[{{string.Join(',', c.Values)}}]}""");
            await File.WriteAllTextAsync(file, $"[{string.Join(",\n", lines)}]");
            var script = new NodeScript(Repository.PathOf("tests", "Ingest.Pipeline.Tests", "js", "ajv-verdicts.js"));
            var result = await script.RunAsync(arguments: [file]);
            Assert.True(result.ExitCode == 0, result.Error);
            return JsonSerializer.Deserialize<string[]>(result.Output)!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
