using System.Text.Json;
using Ingest.Pipeline.Events;

namespace Ingest.Cli.StreamTests;

/// <summary>Lookup → key → properties, as <see cref="Offline.InlineLookups"/> takes them.</summary>
public sealed class LookupRows : Dictionary<string, IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>>>
{
    public LookupRows()
        : base(StringComparer.Ordinal)
    {
    }
}

/// <summary>One file of <c>streams.tests</c>.</summary>
/// <param name="Path">For messages.</param>
/// <param name="Lookups">For all cases that bring none of their own.</param>
/// <param name="Settings">App settings that <c>@Setting:NAME</c> stands for; one that is missing here has its own name as its value.</param>
public sealed record TestFile(string Path, LookupRows Lookups, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<TestCase> Cases);

/// <param name="Line">Line of the test file where the case begins, from 1.</param>
/// <param name="Lookups">The case's own, in place of the file's; null: the file's.</param>
public sealed record TestCase(string Name, int Line, IncomingEvent Input, LookupRows? Lookups, Expectation Expect);

/// <summary>What must come out of a case: every row and every fault, no more and no less.</summary>
/// <param name="Stream">Stream that takes the event, null: none; looked at only where <paramref name="ChecksStream"/> says so.</param>
/// <param name="Rows">Expected values by column, in the order of the rows.</param>
/// <param name="IsExact">Whether columns that a row does not name must be null.</param>
public sealed record Expectation(
    bool ChecksStream, string? Stream, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Rows, bool IsExact, IReadOnlyList<ExpectedFault> Faults);

/// <param name="Path">JSON Pointer; null: not looked at.</param>
/// <param name="Detail">What the detail must contain; null: not looked at.</param>
/// <param name="Index">Position of the record inside the event; null: not looked at.</param>
public sealed record ExpectedFault(FaultCode Code, string? Path, string? Detail, int? Index)
{
    public bool Takes(Offline.OfflineFault found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return found.Fault.Code == Code
            && (Path is null || Path == found.Fault.Path)
            && (Detail is null || found.Fault.Detail.Contains(Detail, StringComparison.Ordinal))
            && (Index is null || Index == found.Index);
    }

    /// <summary>In the words of the test file.</summary>
    public override string ToString() => string.Concat(
        Code.ToText(),
        Path is null ? "" : Path.Length == 0 ? " at the root" : $" at {Path}",
        Detail is null ? "" : $", detail contains \"{Detail}\"",
        Index is null ? "" : $", record {Index}");
}
