using System.Runtime.CompilerServices;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>Bounds on one record.</summary>
/// <param name="MaxDepth">Nesting depth; a record without nested values has depth 1. 1–1,000.</param>
/// <param name="MaxStringBytes">Bytes of one string or key as it stands in the payload.</param>
public sealed record ReaderLimits(int MaxDepth, int MaxStringBytes);

/// <summary>
/// Reads records in one pass over their bytes: checks every rule of the schema and appends the values straight to the columns.
/// Nothing is allocated for a good record once the buffers have grown. Not thread-safe: one reader a worker.
/// </summary>
public sealed partial class JsonRecordReader
{
    private const int Failed = -1;
    private const int LargestScratchKept = 64 * 1024;
    private readonly CompiledSchema schema;
    private readonly ReaderLimits limits;
    private readonly JsonSkipper skipper;
    private readonly Column[] targets;
    private readonly int[] guesses;
    private readonly int[] seen;
    private readonly RecordId id = new();
    private byte[] scratch = new byte[512];
    private RecordBatch? batch;
    private PatternBudget patterns;
    private int stamp;
    private Failure failure;

    public JsonRecordReader(CompiledSchema schema, ReaderLimits limits)
        : this(schema, limits, learnsLayouts: true)
    {
    }

    /// <param name="learnsLayouts">false: every record is read in general.</param>
    internal JsonRecordReader(CompiledSchema schema, ReaderLimits limits, bool learnsLayouts)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.MaxDepth, 1000);
        (this.schema, this.limits) = (schema, limits);
        skipper = new JsonSkipper(limits.MaxStringBytes);
        targets = new Column[schema.Columns.Count + schema.Plan.ListTargets.Count];
        guesses = new int[schema.Plan.SlotCount];
        seen = new int[schema.Plan.SlotCount];
        layout = learnsLayouts ? new RecordLayout(schema, targets) : null;
    }

    /// <summary>The id of the record read last, UTF-8; empty where it has none. Valid until the next call or the next change of the batch.</summary>
    public ReadOnlySpan<byte> Id => schema.Plan.IdTarget < 0 ? default : id.In(targets[schema.Plan.IdTarget]);

    /// <summary>Makes a batch the one that records are read into. Costs nothing where it already is.</summary>
    /// <exception cref="ArgumentException">The batch's first columns are not the schema's.</exception>
    public void Attach(RecordBatch into)
    {
        if (ReferenceEquals(batch, into))
        {
            return;
        }

        ArgumentNullException.ThrowIfNull(into);
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            if (i >= into.Columns.Count || into.Columns[i].Definition != schema.Columns[i])
            {
                throw new ArgumentException($"Column {i} of the batch of stream {into.Stream} must be {schema.Columns[i]}.", nameof(into));
            }

            targets[i] = into.Columns[i];
        }

        for (var i = 0; i < schema.Plan.ListTargets.Count; i++)
        {
            targets[schema.Columns.Count + i] = ((ListColumn)targets[schema.Plan.ListTargets[i]]).Elements;
        }

        batch = into;
        layout?.Attach();
    }

    /// <summary>
    /// Reads the value at the beginning of <paramref name="json"/>, after white space, and appends its values to the attached batch; what
    /// follows it is not looked at. The row is neither committed nor, on a fault, rolled back: that is the caller's.
    /// </summary>
    /// <param name="consumed">Bytes up to the end of the value.</param>
    /// <exception cref="InvalidOperationException"><see cref="Attach"/> was not called.</exception>
    public bool TryRead(ReadOnlySpan<byte> json, long enqueuedUnixMs, out int consumed, out Fault fault)
    {
        if (batch is null)
        {
            throw new InvalidOperationException("Attach a batch before reading.");
        }

        if (stamp > int.MaxValue / 2)
        {
            seen.AsSpan().Clear();
            stamp = 0;
        }

        ResetExtra();
        patterns.Reset();
        skipper.Begin(limits.MaxDepth);
        if (layout is not null && TryReadByLayout(json, enqueuedUnixMs, out consumed))
        {
            fault = default;
            return true;
        }

        skipper.Begin(limits.MaxDepth);
        var start = JsonGrammar.SkipSpace(json, 0);
        var end = start < json.Length && json[start] == '{'
            ? ReadObject(json, start, schema.Root, 1)
            : FailType(json, start, schema.Root);
        if (end >= 0 && schema.RecordRule is { } rule)
        {
            end = CheckRecord(json, start, end, rule);
        }

        if (end >= 0)
        {
            end = Finish(start, end, enqueuedUnixMs);
        }

        if (end < 0)
        {
            (consumed, fault) = (0, failure.ToFault(json));
            return false;
        }

        (consumed, fault) = (end, default);
        return true;
    }

    /// <summary>What can only be done once the whole record was read.</summary>
    private int Finish(int start, int end, long enqueuedUnixMs)
    {
        var plan = schema.Plan;
        var row = batch!.RowCount;
        if (extraLength > 0)
        {
            FlushExtra((BytesColumn)targets[plan.ExtraTarget]);
        }

        if (plan.TimeTarget >= 0 && targets[plan.TimeTarget] is Int64Column time && time.Count > row && !time.IsNull(row)
            && plan.Time!.CheckRange(time.Values[row], enqueuedUnixMs) is { } outOfRange)
        {
            failure = new Failure(FaultStage.Validate, FaultCode.OutOfTimeRange, plan.TimePointer, start, outOfRange);
            return Failed;
        }

        if (plan.IdTarget >= 0)
        {
            id.Take(targets[plan.IdTarget], row);
        }

        return end;
    }

    private Span<byte> Scratch(int length)
    {
        if (scratch.Length < length || scratch.Length > LargestScratchKept)
        {
            scratch = new byte[Math.Max(length, 512)];
        }

        return scratch;
    }

    private int Fail(FaultStage stage, FaultCode code, int offset, string detail)
    {
        failure = new Failure(stage, code, null, offset, detail);
        return Failed;
    }

    private int FailSchema(int offset, string detail) => Fail(FaultStage.Validate, FaultCode.Schema, offset, detail);

    private int FailMalformed(int offset, string detail) => Fail(FaultStage.Decode, FaultCode.Malformed, offset, detail);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailDepth(int offset) =>
        Fail(FaultStage.Decode, FaultCode.TooLarge, offset, $"The record is nested more than {limits.MaxDepth} levels deep.");

    /// <summary>
    /// Messages are made out of the way of the methods that read: text interpolation in those would cost every call, good or bad,
    /// the clearing of its temporaries.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailFound(FaultCode code, ReadOnlySpan<byte> json, int at, string expected) =>
        at >= json.Length ? FailMalformed(json.Length, "The text ends too early.")
        : Fail(code == FaultCode.Malformed ? FaultStage.Decode : FaultStage.Validate, code, at, $"{expected} Found {JsonExcerpt.Of(json, at)}.");

    /// <summary>The value has another type than the schema allows, or is no JSON value at all.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailType(ReadOnlySpan<byte> json, int at, SchemaNode node)
    {
        if (at >= json.Length)
        {
            return FailMalformed(json.Length, "The text ends where a value is expected.");
        }

        var type = JsonGrammar.TypeOf(json[at]);
        return type == JsonTypes.None || (type == JsonTypes.Number && JsonGrammar.EndOfNumber(json, at) < 0)
            || (type is JsonTypes.Null or JsonTypes.Boolean && JsonGrammar.EndOfLiteral(json, at) < 0)
            ? FailMalformed(at, $"Expected a value, found {JsonExcerpt.Of(json, at)}.")
            : FailSchema(at, $"Expected {JsonTypeNames.Describe(node.Types)}, found {JsonExcerpt.Of(json, at)}.");
    }

    /// <summary>A fault before its pointer was made: that costs another walk, which only a refused record is worth.</summary>
    private readonly record struct Failure(FaultStage Stage, FaultCode Code, string? Pointer, int Offset, string Detail)
    {
        public Fault ToFault(ReadOnlySpan<byte> json) => new(Stage, Code, Detail, Pointer ?? JsonPointer.Locate(json, Offset));
    }
}
