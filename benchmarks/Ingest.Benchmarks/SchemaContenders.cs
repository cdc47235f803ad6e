using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using NJsonSchema;

namespace Ingest.Benchmarks;

/// <summary>The validator alone: no columns, no faults with words.</summary>
internal sealed class OurValidation(IncomingEvent[] events)
{
    public int Run()
    {
        var valid = 0;
        foreach (ref readonly var e in events.AsSpan())
        {
            valid += TelemetryEvents.Schema.IsValid(e.Body.Span) ? 1 : 0;
        }

        return valid == events.Length ? valid : throw new InvalidOperationException("A telemetry event was refused.");
    }
}

/// <summary>NJsonSchema as its documentation has it: the text parsed by Newtonsoft.Json, then validated. It takes strings only.</summary>
internal sealed class NJsonSchemaValidation
{
    private readonly JsonSchema schema;
    private readonly string[] texts;

    private NJsonSchemaValidation(JsonSchema schema, string[] texts) => (this.schema, this.texts) = (schema, texts);

    public static async Task<NJsonSchemaValidation> CreateAsync(IncomingEvent[] events) => new(
        await JsonSchema.FromJsonAsync(TelemetryEvents.SchemaJson).ConfigureAwait(false),
        [.. events.Select(e => Encoding.UTF8.GetString(e.Body.Span))]);

    public int Run()
    {
        var valid = 0;
        foreach (var text in texts)
        {
            valid += schema.Validate(text).Count == 0 ? 1 : 0;
        }

        return valid == texts.Length ? valid : throw new InvalidOperationException("A telemetry event was refused.");
    }
}
