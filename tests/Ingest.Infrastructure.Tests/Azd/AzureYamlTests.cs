using System.Text.Json.Nodes;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Azd;

public sealed class AzureYamlTests
{
    public static TheoryData<string, string> Faults => new()
    {
        { "    host: function\n", "" },
        { "name: ingest-functions", "name: Ingest Functions" },
        { "    project: functions/Ingest.Functions\n", "    project: functions/Ingest.Functions\n    env:\n      COLOUR: blue\n" },
        { "  provider: bicep", "  provider: BICEP!" },
    };

    [SchemaFact]
    public void Azure_yaml_fits_the_official_schema() => Assert.Empty(Problems(Text()));

    [SchemaTheory, MemberData(nameof(Faults))]
    public void A_faulty_azure_yaml_does_not(string original, string fault) =>
        Assert.NotEmpty(Problems(Bicep.Texts.ReplaceOnce(Text(), original, fault)));

    [Theory]
    [InlineData("services:\n  - ingest")]
    [InlineData("services: { ingest: x }")]
    [InlineData("services:\n    a: b\n  c: d")]
    [InlineData("a: b\na: c")]
    public void Yaml_beyond_plain_mappings_is_refused_rather_than_misread(string yaml) =>
        Assert.Throws<FormatException>(() => BlockYaml.Parse(yaml));

    private static string Text() => File.ReadAllText(Path.Combine(Repository.Root, "azure.yaml"));

    private static List<string> Problems(string yaml) =>
        [.. new SchemaSubset(JsonNode.Parse(File.ReadAllText(SchemaFactAttribute.Schema))!.AsObject()).Problems(BlockYaml.Parse(yaml))];
}

public sealed class SchemaFactAttribute : FactAttribute
{
    public SchemaFactAttribute() => Skip = Reason;

    public static string Schema { get; } = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data", "azd", "azure.yaml.schema.json"));

    public static string? Reason => File.Exists(Schema) ? null : $"The official schema is not at {Schema}.";
}

public sealed class SchemaTheoryAttribute : TheoryAttribute
{
    public SchemaTheoryAttribute() => Skip = SchemaFactAttribute.Reason;
}
