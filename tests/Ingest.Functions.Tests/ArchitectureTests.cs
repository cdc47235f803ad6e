using System.Reflection;
using System.Text.RegularExpressions;
using Ingest.Testing;

namespace Ingest.Functions.Tests;

/// <summary>The rules of docs/architecture.md, "What may reference what".</summary>
public partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> RoomMayUse = new()
    {
        ["Events"] = [],
        ["Records"] = ["Events"],
        ["Telemetry"] = ["Events"],
        ["Schemas"] = ["Events", "Records", "Telemetry"],
        ["Decoding"] = ["Events", "Records", "Telemetry", "Schemas"],
        ["Enrichment"] = ["Events", "Records", "Telemetry"],
        ["Sinks"] = ["Events", "Records", "Telemetry"],
        ["Quarantine"] = ["Events", "Records", "Telemetry", "Sinks"],
        ["Progress"] = ["Events", "Records", "Telemetry", "Sinks"],
        ["Streams"] = ["Events", "Records", "Telemetry", "Schemas", "Decoding", "Enrichment", "Sinks"],
    };

    private static readonly string Root = Repository.Root;

    [Theory]
    [InlineData("Ingest.Pipeline", "Azure\\.|Microsoft\\.Azure|ParquetSharp|Amqp|Ingest\\.")]
    [InlineData("Ingest.Storage", "Microsoft\\.Azure\\.Functions|Azure\\.Messaging|Amqp|Ingest\\.(?!Pipeline)")]
    [InlineData("Ingest.Emulator", "Azure|Ingest\\.|Microsoft\\.Extensions")]
    [InlineData("Ingest.Functions", "Microsoft\\.AspNetCore|Amqp|Ingest\\.Emulator")]
    public void An_assembly_references_nothing_that_is_not_its_business(string assembly, string forbidden)
    {
        var references = Assembly.Load(assembly).GetReferencedAssemblies().Select(a => a.Name!);

        Assert.DoesNotContain(references, name => Regex.IsMatch(name, $"^({forbidden})"));
    }

    [Fact]
    public void Rooms_of_the_pipeline_use_only_the_rooms_that_they_may()
    {
        var rooms = Path.Combine(Root, "functions", "Ingest.Pipeline");
        var found = Directory.GetDirectories(rooms).Select(Path.GetFileName).Where(d => d is not ("bin" or "obj")).Order();
        Assert.Equal(RoomMayUse.Keys.Order(), found);

        var violations =
            from room in RoomMayUse
            from file in Directory.EnumerateFiles(Path.Combine(rooms, room.Key), "*.cs", SearchOption.AllDirectories)
            from Match use in RoomUse().Matches(File.ReadAllText(file))
            let used = use.Groups[1].Value
            where used != room.Key && !room.Value.Contains(used)
            select $"{Path.GetRelativePath(Root, file)} uses {used}";

        Assert.Empty(violations);
    }

    [Fact]
    public void Functions_reference_no_tool_but_the_local_worker_of_the_local_build()
    {
        var references =
            from project in Directory.EnumerateFiles(Path.Combine(Root, "functions"), "*.csproj", SearchOption.AllDirectories)
            from Match reference in ToolReference().Matches(File.ReadAllText(project))
            select $"{Path.GetFileName(project)} → {reference.Groups[1].Value}";

        Assert.Equal(["Ingest.Functions.csproj → Ingest.LocalWorker"], references);
    }

    [Fact]
    public void The_app_has_no_conditional_compilation()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root, "functions", "Ingest.Functions"), "*.cs");

        Assert.DoesNotContain(files, file => File.ReadLines(file).Any(line => line.TrimStart().StartsWith("#if", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"Ingest\.Pipeline\.(Events|Records|Telemetry|Schemas|Decoding|Enrichment|Sinks|Quarantine|Progress|Streams)\b(?!;\s*$(?<=namespace.*))", RegexOptions.Multiline)]
    private static partial Regex RoomUse();

    [GeneratedRegex(@"tools/(?<name>[\w.]+)/")]
    private static partial Regex ToolReference();
}
