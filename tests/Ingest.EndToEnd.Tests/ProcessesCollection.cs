namespace Ingest.EndToEnd.Tests;

/// <summary>Two runs side by side would fight for the processors, so they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessesCollection
{
    public const string Name = "processes";
}
