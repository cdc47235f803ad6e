namespace Ingest.Functions.Tests.Telemetry;

/// <summary>A meter's name is known to the whole process: what other tests measure would arrive too.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryCollection
{
    public const string Name = "Telemetry";
}
