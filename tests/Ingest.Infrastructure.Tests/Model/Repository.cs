using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ingest.Infrastructure.Tests.Model;

/// <summary>What the checks read beside a snapshot, as texts, so that a test can hand them a faulty one.</summary>
public sealed record Repository(
    string HostJson,
    string SampleSettings,
    string AzureYaml,
    string Workbook,
    string MainParameters,
    string Operations,
    string Workflow,
    string TestWorkflow,
    IReadOnlyDictionary<string, string> Queries,
    IReadOnlyDictionary<string, string> Templates,
    IReadOnlyDictionary<string, string> Sources)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static string Root { get; } = FindRoot();

    public static string Templating { get; } = Path.Combine(Root, "bicep");

    public static Repository Load() => new(
        Read("host.json"),
        Read("local.settings.sample.json"),
        Read("azure.yaml"),
        Read("bicep/workbooks/ingestion.workbook.json"),
        Read("bicep/main.parameters.json"),
        Read("docs/operations.md"),
        Read(".github/workflows/azure-dev.yml"),
        Read(".github/workflows/ci.yml"),
        ReadAll(Path.Combine(Templating, "queries"), "*.kql"),
        ReadAll(Templating, "*.bicep"),
        ReadAll(Path.Combine(Root, "functions"), "*.cs"));

    public static IEnumerable<string> Environments =>
        Directory.GetFiles(Path.Combine(Templating, "environments"), "*.bicepparam").Select(f => Path.GetFileNameWithoutExtension(f)).Order();

    public static string SnapshotFile(string environment) => Path.Combine(Templating, "environments", environment + ".snapshot.json");

    public static Snapshot Snapshot(string environment) => new(environment, Parse(File.ReadAllText(SnapshotFile(environment))));

    public static JsonObject Parse(string json) => JsonNode.Parse(json, documentOptions: Lenient)!.AsObject();

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static Dictionary<string, string> ReadAll(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
        .Where(f => !f.Split('/').Any(part => part is "bin" or "obj"))
        .ToDictionary(f => f, f => File.ReadAllText(Path.Combine(folder, f)));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ingest.Functions.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the tests holds Ingest.Functions.sln.");
    }
}
