using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Nodes;

/// <summary>
/// What an attach names: <c>$cbs</c>, <c>$management</c>, <c>hub</c>, <c>hub/Partitions/n</c> or
/// <c>hub/ConsumerGroups/group/Partitions/n</c>, with or without scheme and host.
/// </summary>
internal sealed record NodeAddress(string Text, string Hub, string? Partition = null, string? ConsumerGroup = null, string? RequestNode = null)
{
    public static NodeAddress Parse(string? text)
    {
        var path = text ?? "";
        if (path.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme)
        {
            var slash = path.IndexOf('/', scheme + 3);
            path = slash < 0 ? "" : path[slash..];
        }

        path = path.Trim('/');
        var parts = path.Split('/');
        return parts switch
        {
            ["$cbs" or "$management"] => new NodeAddress(path, "", RequestNode: path),
            [var hub] => new NodeAddress(path, hub),
            [var hub, var p, var partition] when Is(p, "Partitions") => new NodeAddress(path, hub, partition),
            [var hub, var g, var group, var p, var partition] when Is(g, "ConsumerGroups") && Is(p, "Partitions")
                => new NodeAddress(path, hub, partition, group),
            _ => throw new NodeAddress(path, "").NotFound(),
        };
    }

    public AmqpErrorException NotFound()
        => new(ErrorScope.Link, ErrorConditions.NotFound, $"The messaging entity 'sb://localhost/{Text}' could not be found.");

    private static bool Is(string part, string name) => part.Equals(name, StringComparison.OrdinalIgnoreCase);
}
