using System.Collections.Immutable;
using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Sinks;

/// <summary>What lake and quarantine hold of a range of sequence numbers.</summary>
/// <param name="Records">Each place once.</param>
/// <param name="Duplicates">Records beyond the first of their place.</param>
/// <param name="Absent">Ranges recorded as lost upstream, in no order.</param>
public sealed record HeldRecords(IReadOnlySet<RecordPlace> Records, long Duplicates, IReadOnlyList<EventRange> Absent)
{
    public static readonly HeldRecords None = new(ImmutableHashSet<RecordPlace>.Empty, 0, []);

    /// <summary>The numbers of <paramref name="range"/> that have neither a record nor a note of their absence, as ascending ranges.</summary>
    public ImmutableArray<EventRange> Without(EventRange range)
    {
        var there = Records.Select(place => place.Sequence).ToHashSet();
        var lacking = ImmutableArray.CreateBuilder<EventRange>();
        for (var number = range.First; number <= range.Last; number++)
        {
            if (there.Contains(number) || Absent.Any(gone => gone.First <= number && number <= gone.Last))
            {
                continue;
            }

            if (lacking.Count > 0 && lacking[^1].Last == number - 1)
            {
                lacking[^1] = lacking[^1] with { Last = number };
            }
            else
            {
                lacking.Add(new EventRange(number, number));
            }
        }

        return lacking.ToImmutable();
    }
}
