using Ingest.Emulator.Connections;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Nodes;

/// <summary>
/// Who receives from which partition for which consumer group, and the rules about it: an epoch owner excludes everyone below
/// it, and without one at most five receive. Safe for many threads; links that lose are told on their own connections.
/// </summary>
internal sealed class ReceiverRegistry
{
    /// <summary>The most receivers without an epoch for one partition and consumer group.</summary>
    public const int MaxReceivers = 5;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Group, int Partition), List<SubscribeLink>> receivers = [];

    public bool TryAdd(SubscribeLink link, string group, int partition, out (string Condition, string Description) refusal)
    {
        lock (gate)
        {
            var key = (group.ToLowerInvariant(), partition);
            var present = receivers.TryGetValue(key, out var list) ? list : receivers[key] = [];
            var owner = present.Count > 0 ? present[0].Epoch : null;
            refusal = (owner, link.Epoch) switch
            {
                ({ } held, null) => (ErrorConditions.LinkStolen,
                    $"Receiver '{present[0].Name}' with a higher epoch of '{held}' already exists. Receiver '{link.Name}' without epoch cannot connect."),
                ({ } held, { } asked) when asked < held => (ErrorConditions.LinkStolen,
                    $"Receiver '{link.Name}' with epoch of '{asked}' cannot be created: a receiver with a higher epoch of '{held}' already exists."),
                (null, null) when present.Count == MaxReceivers => (ErrorConditions.ResourceLimitExceeded,
                    $"Exceeded the maximum number of allowed receivers per partition in a consumer group which is {MaxReceivers}."),
                _ => default,
            };
            if (refusal.Condition is not null)
            {
                return false;
            }

            if (link.Epoch is { } epoch)
            {
                foreach (var old in present)
                {
                    old.PostDetach(ErrorConditions.LinkStolen,
                        $"New receiver '{link.Name}' with higher epoch of '{epoch}' is created hence current receiver '{old.Name}' with epoch '{old.Epoch}' is getting disconnected.");
                }

                present.Clear();
            }

            present.Add(link);
            return true;
        }
    }

    public void Remove(SubscribeLink link, string group, int partition)
    {
        lock (gate)
        {
            var key = (group.ToLowerInvariant(), partition);
            if (receivers.TryGetValue(key, out var present) && present.Remove(link) && present.Count == 0)
            {
                receivers.Remove(key);
            }
        }
    }

    /// <summary>The links that receive now.</summary>
    public IReadOnlyList<SubscribeLink> Of(string group, int partition)
    {
        lock (gate)
        {
            return receivers.TryGetValue((group.ToLowerInvariant(), partition), out var present) ? present.ToArray() : [];
        }
    }
}
