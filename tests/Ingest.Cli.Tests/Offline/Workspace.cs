namespace Ingest.Cli.Tests.Offline;

/// <summary>A folder of its own with a small streams file, and commands run as a user would.</summary>
internal sealed class Workspace : IDisposable
{
    public const string Schema = """
        {
          "type": "object",
          "required": ["name"],
          "additionalProperties": false,
          "properties": {
            "name": { "type": "string" },
            "count": { "type": "integer", "minimum": 0 },
            "ratio": { "type": "number" },
            "on": { "type": "string", "format": "date-time" },
            "tags": { "type": "array", "items": { "type": "string" } }
          }
        }
        """;

    public const string Streams = """
        {
          "streams": [
            {
              "name": "readings",
              "when": { "property:type": "readings" },
              "schema": "s.json",
              "id": "/name",
              "enrich": [ { "lookup": "sites", "on": "/name", "add": { "site": "site" }, "missing": "quarantine" } ]
            }
          ],
          "lookups": { "sites": { "table": "Sites" } }
        }
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ingest-cli-");

    public Workspace() => With("streams.json", Streams).With("s.json", Schema);

    public string StreamsFile => PathOf("streams.json");

    public string Folder => folder.FullName;

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    public Workspace With(string name, string content)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    public void Dispose() => folder.Delete(recursive: true);

    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, output, error, TimeProvider.System, default);
        return (code, output.ToString(), error.ToString());
    }
}
