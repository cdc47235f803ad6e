using Ingest.Pipeline.Enrichment;
using Microsoft.VisualBasic.FileIO;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>The lookup "airports" as the demo loads it: the IATA code is the key, the other columns are its properties.</summary>
internal sealed class AirportsCsv : ILookupSource
{
    public Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>>> LoadAsync(LookupDefinition lookup, CancellationToken cancellationToken)
    {
        using var csv = new TextFieldParser(DatasetFactAttribute.PathOf("airports.csv"));
        csv.SetDelimiters(",");
        var names = csv.ReadFields()!;
        var rows = new Dictionary<string, IReadOnlyDictionary<string, object>>();
        while (csv.ReadFields() is { } fields)
        {
            rows.Add(fields[0], names.Zip(fields).Skip(1).ToDictionary(f => f.First, f => (object)f.Second));
        }

        return Task.FromResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>>>(rows);
    }
}
