using Microsoft.Azure.Functions.Worker.Builder;

namespace Ingest.LocalWorker.Tests.Surface;

public sealed class PublicSurfaceTests
{
    private static readonly Dictionary<string, (string Header, HashSet<string> Members)> Official = ReadOfficial();

    private static readonly List<Type> StandIns = [.. typeof(FunctionsApplication).Assembly.GetExportedTypes().Where(type => OfficialNamespaces().Contains(type.Namespace))];

    [Fact]
    public void Every_public_type_and_member_of_the_stand_in_exists_officially_with_the_same_signature()
    {
        var strangers = new List<string>();
        foreach (var type in StandIns)
        {
            if (!Official.TryGetValue(type.FullName!, out var official))
            {
                strangers.Add("type " + type.FullName);
                continue;
            }

            if (SurfacePrinter.Header(type) != official.Header)
            {
                strangers.Add($"{SurfacePrinter.Header(type)} instead of {official.Header}");
            }

            strangers.AddRange(SurfacePrinter.Members(type).Where(member => !official.Members.Contains(member)).Select(member => $"{type.FullName}: {member}"));
        }

        Assert.Empty(strangers);
    }

    [Theory]
    [InlineData("Microsoft.Azure.Functions.Worker.FunctionContext", "CancellationToken CancellationToken { get; }")]
    [InlineData("Microsoft.Azure.Functions.Worker.EventHubTriggerAttribute", ".ctor(string eventHubName)")]
    [InlineData("Microsoft.Azure.Functions.Worker.OpenTelemetry.ConfigureFunctionsOpenTelemetry", "static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder)")]
    [InlineData("Azure.Messaging.EventHubs.EventData", "IReadOnlyDictionary<string, object> SystemProperties { get; }")]
    [InlineData("Azure.Messaging.EventHubs.Primitives.PartitionReceiver", "Task<IEnumerable<EventData>> ReceiveBatchAsync(int maximumEventCount, TimeSpan maximumWaitTime, CancellationToken cancellationToken = null)")]
    public void The_comparison_sees_what_the_app_uses(string type, string member)
    {
        Assert.Contains(member, Official[type].Members);
        Assert.Contains(member, SurfacePrinter.Members(Assert.Single(StandIns, candidate => candidate.FullName == type)));
    }

    private static HashSet<string?> OfficialNamespaces() =>
        [.. Official.Keys.Select(name => name[..name.LastIndexOf('.')]), "Microsoft.Azure.Functions.Worker.Middleware"];

    private static Dictionary<string, (string Header, HashSet<string> Members)> ReadOfficial()
    {
        using var stream = typeof(PublicSurfaceTests).Assembly.GetManifestResourceStream("worker-surface.txt")!;
        using var reader = new StreamReader(stream);
        var types = new Dictionary<string, (string Header, HashSet<string> Members)>();
        HashSet<string> members = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                members.Add(line.Trim());
            }
            else if (!line.StartsWith('#') && line.Length > 0)
            {
                var name = line.Split(" : ")[0].Split(' ')[^1];
                members = [];
                types.Add(name, (line, members));
            }
        }

        return types;
    }
}
