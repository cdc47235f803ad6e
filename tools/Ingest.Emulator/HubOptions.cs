using System.Text.RegularExpressions;

namespace Ingest.Emulator;

/// <summary>One event hub to create.</summary>
/// <param name="Name">1–256 letters, digits, <c>.</c>, <c>-</c>, <c>_</c>; begins and ends with a letter or digit. Compared without case.</param>
/// <param name="PartitionCount">1–1024.</param>
public sealed partial record HubOptions(string Name, int PartitionCount = 4)
{
    /// <summary>The most partitions a hub can have.</summary>
    public const int MaxPartitionCount = 1024;

    /// <summary>The consumer groups beside <c>$Default</c>; null accepts any name.</summary>
    public IReadOnlyList<string>? ConsumerGroups { get; init; }

    internal IEnumerable<string> Errors()
    {
        if (!NamePattern().IsMatch(Name ?? ""))
        {
            yield return $"'{Name}' is not a hub name: 1-256 letters, digits, '.', '-' or '_', beginning and ending with a letter or digit.";
        }

        if (PartitionCount is < 1 or > MaxPartitionCount)
        {
            yield return $"Hub '{Name}' asks for {PartitionCount} partitions; it must be 1-{MaxPartitionCount}.";
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?\z")]
    private static partial Regex NamePattern();
}
