using System.Collections;
using Ingest.Cli.Offline;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;

namespace Ingest.Cli.Doctor;

/// <summary>Looks at everything that can be judged without a network.</summary>
/// <param name="streamsFile">host.json and the settings lie beside it, the Bicep parameters below it.</param>
/// <param name="bounds">What the user knows of the batches' memory; the rest comes from the parameters.</param>
public sealed class DoctorRun(string streamsFile, MemoryBounds bounds)
{
    private readonly string folder = Path.GetDirectoryName(streamsFile) ?? "";

    public async Task<IReadOnlyList<Examination>> RunAsync(CancellationToken cancellationToken) =>
    [
        Streams(),
        HostFileCheck.Examine(PathOf(HostFileCheck.FileName), Read(HostFileCheck.FileName), bounds.With(ScaleFile.Read(PathOf(ScaleFile.FileName), Read(ScaleFile.FileName)))),
        ScaleCheck.Examine(PathOf(HostFileCheck.FileName), Read(HostFileCheck.FileName), PathOf(ScaleFile.FileName), Read(ScaleFile.FileName), AzdEnvironment.Read(folder, Environment())),
        SettingsCheck.Examine(PathOf(SettingsCheck.FileName), Read(SettingsCheck.FileName), Read(SettingsCheck.SampleName), Environment()),
        await ToolVersions.ExamineAsync(Path.GetFullPath(folder.Length == 0 ? "." : folder), cancellationToken).ConfigureAwait(false),
    ];

    private Examination Streams()
    {
        const string Area = "streams";
        try
        {
            var catalog = StreamCatalog.Load(streamsFile);
            var tests = Path.ChangeExtension(streamsFile, ".tests");
            return new Examination(
                Area, $"{catalog.Streams.Count} streams: {string.Join(", ", catalog.Streams.Select(s => s.Name))}{(Directory.Exists(tests) ? "" : "; without tests")}", []);
        }
        catch (StreamConfigurationException e)
        {
            var findings = StreamsFile.Located(streamsFile, e.Errors)
                .Select(m => new Finding(Area, $"{m.File}({m.Line})", m.Pointer.Length == 0 ? m.Message : $"{m.Pointer}: {m.Message}", "Correct the file; ingest check says when it is fine."));
            return new Examination(Area, "", [.. findings]);
        }
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private byte[]? Read(string name) => File.Exists(PathOf(name)) ? File.ReadAllBytes(PathOf(name)) : null;

    private static Dictionary<string, string> Environment() => System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}
