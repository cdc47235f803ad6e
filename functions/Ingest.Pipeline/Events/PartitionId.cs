namespace Ingest.Pipeline.Events;

/// <summary>One partition of one event hub: the unit of ordering, of progress and of exclusive work.</summary>
/// <param name="Namespace">Fully qualified namespace, for example <c>contoso.servicebus.windows.net</c>; lower case.</param>
/// <param name="Hub">Event hub name; lower case.</param>
/// <param name="Number">Partition number, 0–1023.</param>
public sealed record PartitionId(string Namespace, string Hub, int Number)
{
    public override string ToString() => $"{Namespace}/{Hub}/{Number}";
}
