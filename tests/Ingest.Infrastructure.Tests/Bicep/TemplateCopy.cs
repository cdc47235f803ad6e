using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Bicep;

/// <summary>The templates in a folder of their own, with one text replaced or none.</summary>
public sealed class TemplateCopy : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ingest-templates-").FullName;

    private TemplateCopy()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Templating, "*", SearchOption.AllDirectories))
        {
            var target = PathOf(Path.GetRelativePath(Repository.Templating, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public static TemplateCopy Plain() => new();

    public static TemplateCopy With(string file, string original, string replacement)
    {
        var copy = new TemplateCopy();
        var path = copy.PathOf(file);
        File.WriteAllText(path, Texts.ReplaceOnce(File.ReadAllText(path), original, replacement));
        return copy;
    }

    public string PathOf(string file) => Path.Combine(folder, file);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

public static class Texts
{
    /// <exception cref="InvalidOperationException">The original is not there: the fault would not be injected, and its test would prove nothing.</exception>
    public static string ReplaceOnce(string text, string original, string replacement)
    {
        var at = text.IndexOf(original, StringComparison.Ordinal);
        return at < 0 ? throw new InvalidOperationException($"'{original}' is not in the text.") : text[..at] + replacement + text[(at + original.Length)..];
    }
}
