namespace Ingest.Storage.Tests.Support;

/// <summary>Tests that look at the memory of the process, beside which no other runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    public const string Name = "measured";
}
