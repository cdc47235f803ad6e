using System.Text;
using System.Text.Json;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Schemas.Conformance;

/// <summary>One group of the official JSON Schema Test Suite: a schema and values that it accepts or refuses.</summary>
/// <param name="File">Relative to the suite's <c>tests</c>, for example <c>optional/bignum.json</c>.</param>
public sealed record SuiteCase(string File, string Description, byte[] Schema, IReadOnlyList<(string Description, byte[] Value, bool IsValid)> Values)
{
    /// <summary>Beside the repository; not part of it.</summary>
    public static string Folder => Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data", "json-schema-test-suite"));

    public static bool IsPresent => Directory.Exists(Path.Combine(Folder, "tests"));

    public static IEnumerable<string> Files => Directory
        .EnumerateFiles(Path.Combine(Folder, "tests"), "*.json", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Path.Combine(Folder, "tests"), path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    public static IEnumerable<SuiteCase> Read(string file)
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(Folder, "tests", file)));
        foreach (var group in document.RootElement.EnumerateArray())
        {
            yield return new SuiteCase(
                file,
                group.GetProperty("description").GetString()!,
                Bytes(group.GetProperty("schema")),
                [.. group.GetProperty("tests").EnumerateArray().Select(test => (
                    test.GetProperty("description").GetString()!, Bytes(test.GetProperty("data")), test.GetProperty("valid").GetBoolean()))]);
        }
    }

    private static byte[] Bytes(JsonElement element) => Encoding.UTF8.GetBytes(element.GetRawText());
}
