using System.Collections.Concurrent;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// A JSON Schema 2020-12 compiled to columns, the plan of a single-pass reader, and a validator of any JSON value. Any number of
/// readers, on any number of threads, share it.
/// </summary>
public sealed class CompiledSchema
{
    private readonly Dictionary<string, string> columnsByPointer;
    private readonly ConcurrentBag<JsonValidator> validators = [];
    private readonly int maxDepth;
    private JsonValidator? idle;

    /// <summary>The schema that says nothing: every object is a record, and all of it goes to <c>_extra</c>.</summary>
    public CompiledSchema()
        : this(RuleCompiler.Compile(new SchemaSource("", "true"u8.ToArray()), new SchemaOptions(), [])!, new SchemaOptions().MaxDepth)
    {
    }

    internal CompiledSchema(SchemaNode root, ColumnPlan plan, RuleSet rules, int maxDepth, Rule? recordRule)
    {
        Root = root;
        Plan = plan;
        Columns = plan.Columns;
        columnsByPointer = plan.ColumnsByPointer;
        Rules = rules;
        this.maxDepth = maxDepth;
        RecordRule = recordRule ?? (plan.IsTimeUnchecked ? rules.Root : null);
    }

    /// <summary>For validation: a reader of it keeps all of a record in <c>_extra</c>.</summary>
    internal CompiledSchema(RuleSet rules, int maxDepth)
        : this(new SchemaNode { Pointer = "", Line = 1 }, rules, maxDepth)
    {
    }

    private CompiledSchema(SchemaNode root, RuleSet rules, int maxDepth)
        : this(root, new ColumnPlan(root, new SchemaBinding(null, null, null), "", new List<ConfigurationError>()), rules, maxDepth, rules.Root.IsOpen ? null : rules.Root)
    {
    }

    /// <summary>
    /// The columns that the schema's properties become, in the order of the schema; last <c>_extra</c>, where properties that
    /// the schema does not name may occur: one JSON object, nested as the record is.
    /// </summary>
    public IReadOnlyList<ColumnDefinition> Columns { get; }

    /// <summary>Column of the record's id; null where the stream names none.</summary>
    public string? IdColumn => Plan.IdTarget < 0 ? null : Columns[Plan.IdTarget].Name;

    /// <summary>Column of the record's key; null where the stream names none.</summary>
    public string? KeyColumn => Plan.KeyTarget < 0 ? null : Columns[Plan.KeyTarget].Name;

    /// <summary>Timestamp column of the event time; null where the stream names none. Null in rows whose record has no such value.</summary>
    public string? TimeColumn => Plan.TimeTarget < 0 ? null : Columns[Plan.TimeTarget].Name;

    /// <summary>Every file that the schema is made of, the first one first; without the meta-schemas that are built in.</summary>
    public IReadOnlyList<SchemaSource> Sources => Rules.Sources;

    internal SchemaNode Root { get; }

    internal RuleSet Rules { get; }

    /// <summary>What a whole record is checked against once it was read, where the nodes do not say everything; else null.</summary>
    internal Rule? RecordRule { get; }

    internal ColumnPlan Plan { get; }

    /// <summary>Name of the column that holds the value at a JSON Pointer into the record, for example <c>/location/lat</c>; null where it has none of its own.</summary>
    public string? FindColumn(string pointer) => columnsByPointer.GetValueOrDefault(pointer);

    /// <summary>
    /// Whether a text is one JSON value, of any type, that the schema accepts. Stricter than JSON: duplicate keys and half surrogate
    /// pairs are refused. Thread-safe; allocates nothing for a valid value once the buffers have grown.
    /// </summary>
    public bool IsValid(ReadOnlySpan<byte> json)
    {
        var validator = Rent();
        var isValid = validator.Validate(json, maxDepth, wordless: true);
        Return(validator);
        return isValid;
    }

    /// <inheritdoc cref="IsValid(ReadOnlySpan{byte})"/>
    /// <param name="fault">The first thing that is wrong with a value that is not valid.</param>
    public bool IsValid(ReadOnlySpan<byte> json, out SchemaFault fault)
    {
        var validator = Rent();
        var isValid = validator.Validate(json, maxDepth, wordless: false);
        fault = isValid ? default : SchemaFault.Of(validator.Failure, json);
        Return(validator);
        return isValid;
    }

    private JsonValidator Rent() =>
        Interlocked.Exchange(ref idle, null) ?? (validators.TryTake(out var other) ? other : new JsonValidator(Rules));

    private void Return(JsonValidator validator)
    {
        // One place without a lock for whoever comes next; the others wait in the bag.
        if (Interlocked.CompareExchange(ref idle, validator, null) is not null)
        {
            validators.Add(validator);
        }
    }
}
