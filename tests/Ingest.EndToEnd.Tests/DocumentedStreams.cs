using System.Text.RegularExpressions;
using Ingest.Testing;

namespace Ingest.EndToEnd.Tests;

/// <summary>The streams file and schemas of a page of the documentation, in a folder of their own.</summary>
internal sealed partial class DocumentedStreams : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ingest-streams-");

    public DocumentedStreams(string page)
    {
        foreach (Match block in Blocks().Matches(System.IO.File.ReadAllText(Repository.PathOf("docs", page))))
        {
            var path = Path.Combine(folder.FullName, block.Groups["file"].Value);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, block.Groups["text"].Value);
        }
    }

    public string File => Path.Combine(folder.FullName, "streams.json");

    public void Dispose() => folder.Delete(recursive: true);

    [GeneratedRegex(@"^```\w+ (?<file>\S+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
