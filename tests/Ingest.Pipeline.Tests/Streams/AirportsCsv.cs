using System.Runtime.CompilerServices;
using Ingest.Pipeline.Enrichment;
using Microsoft.VisualBasic.FileIO;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>The lookup "airports" as the demo loads it: the IATA code is the key, the other columns are its properties.</summary>
internal sealed class AirportsCsv : ILookupSource
{
    public async IAsyncEnumerable<LookupRow> ReadAsync(
        LookupDefinition lookup, IReadOnlyCollection<string> properties, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        using var csv = new TextFieldParser(DatasetFactAttribute.PathOf("airports.csv"));
        csv.SetDelimiters(",");
        var names = csv.ReadFields()!;
        while (csv.ReadFields() is { } fields)
        {
            yield return new LookupRow(fields[0], null, names.Zip(fields).Skip(1).ToDictionary(f => f.First, f => (object)f.Second));
        }
    }
}
