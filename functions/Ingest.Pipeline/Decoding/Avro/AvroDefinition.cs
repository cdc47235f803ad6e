using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Avro;

/// <summary>What stands before a datum.</summary>
internal enum AvroFraming
{
    /// <summary>Told by its first bytes: container file, single-object encoding, or a registry's schema id.</summary>
    Detect,

    /// <summary>Nothing: the body is one datum of the stream's schema.</summary>
    None,
}

/// <summary>The schemas of a stream of Avro events: the reader's, which gives the columns, and those that writers may use.</summary>
internal sealed class AvroDefinition
{
    private readonly IReadOnlyList<FieldLayout> layout;
    private readonly CompiledSchema columns;
    private readonly Dictionary<ulong, AvroPlan> byFingerprint = [];
    private readonly Dictionary<string, AvroPlan> byId = new(StringComparer.OrdinalIgnoreCase);

    private AvroDefinition(AvroType reader, IReadOnlyList<FieldLayout> layout, CompiledSchema columns, AvroFraming framing)
    {
        (Reader, this.layout, this.columns, Framing) = (reader, layout, columns, framing);
        Own = AvroPlan.Of(reader, reader, layout, columns);
        byFingerprint[AvroFingerprint.Of(reader)] = Own;
    }

    public AvroType Reader { get; }

    public AvroFraming Framing { get; }

    /// <summary>For writers that use the stream's own schema.</summary>
    public AvroPlan Own { get; }

    /// <summary>Whether schema ids were assigned; if not, every id stands for the stream's own schema.</summary>
    public bool HasIds => byId.Count > 0;

    /// <summary>The reader's schema and its columns; null where there are errors.</summary>
    public static (AvroType Reader, IReadOnlyList<FieldLayout> Layout)? Read(SchemaSource source, ICollection<ConfigurationError> errors)
    {
        if (AvroSchemaParser.Parse(source, errors) is not { } type)
        {
            return null;
        }

        if (type.Kind != AvroKind.Record)
        {
            errors.Add(new ConfigurationError(source.File, type.Line, "", $"A record must be of type record, not {type.Describe()}."));
            return null;
        }

        return (type, AvroLayout.Of(type));
    }

    /// <param name="writers">Further schemas, with the registry ids they go by; an empty id is none.</param>
    public static AvroDefinition? Create(
        SchemaSource source, AvroType reader, IReadOnlyList<FieldLayout> layout, CompiledSchema columns, AvroFraming framing,
        IReadOnlyList<(string Id, SchemaSource Source)> writers, ICollection<ConfigurationError> errors)
    {
        var before = errors.Count;
        AvroDefinition? definition = null;
        try
        {
            definition = new AvroDefinition(reader, layout, columns, framing);
        }
        catch (AvroResolutionException e)
        {
            errors.Add(new ConfigurationError(source.File, reader.Line, "", e.Message));
        }

        foreach (var (id, writer) in writers)
        {
            if (AvroSchemaParser.Parse(writer, errors) is not { } type || definition is null)
            {
                continue;
            }

            try
            {
                var plan = definition.PlanOf(type);
                definition.byFingerprint[AvroFingerprint.Of(type)] = plan;
                if (id.Length > 0)
                {
                    definition.byId[id] = plan;
                }
            }
            catch (AvroResolutionException e)
            {
                errors.Add(new ConfigurationError(writer.File, type.Line, "", $"The stream's schema cannot read what this one writes: {e.Message}"));
            }
        }

        return errors.Count == before ? definition : null;
    }

    public AvroPlan? Find(ulong fingerprint) => byFingerprint.GetValueOrDefault(fingerprint);

    public AvroPlan? Find(string id) => HasIds ? byId.GetValueOrDefault(id) : Own;

    /// <exception cref="AvroResolutionException">The reader cannot read what this writer writes.</exception>
    public AvroPlan PlanOf(AvroType writer) => AvroPlan.Of(writer, Reader, layout, columns);
}
