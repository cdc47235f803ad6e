using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Protobuf;

internal enum ProtoTarget
{
    Scalar,
    List,
    Timestamp,
    Wrapper,

    /// <summary>Its occurrences are remembered, and written as JSON once the record was read: they may be scattered.</summary>
    Json,

    /// <summary>Its fields have columns of their own.</summary>
    Message,
}

/// <summary>Where one field goes.</summary>
/// <param name="Leaf">Null for messages whose fields have columns of their own.</param>
/// <param name="Plan">For such messages.</param>
/// <param name="JsonSlot">Index among a record's JSON fields; −1 for others.</param>
internal sealed record ProtoStep(ProtoField Field, ProtoTarget Target, string Pointer, Leaf? Leaf, ProtoPlan? Plan, int JsonSlot)
{
    /// <summary>The other fields of the same oneof: setting this one unsets them.</summary>
    public ProtoStep[] Rivals { get; set; } = [];
}

/// <summary>How the fields of one message, in one place of the record, fill the columns. Immutable once compiled.</summary>
internal sealed class ProtoPlan
{
    private const int DirectNumbers = 256;
    private readonly ProtoStep?[] direct = new ProtoStep?[DirectNumbers];
    private readonly Dictionary<int, ProtoStep> others = [];

    private ProtoPlan(int slot) => Slot = slot;

    /// <summary>Index among a record's messages, for what a reader remembers of each.</summary>
    public int Slot { get; }

    /// <summary>Of the root: how many messages and JSON fields a reader remembers something of.</summary>
    public (int Messages, int Json) Slots { get; private set; }

    public List<ProtoStep> Steps { get; } = [];

    public static ProtoPlan Of(ProtoMessage message, IReadOnlyList<FieldLayout> layout, CompiledSchema columns)
    {
        var slots = (Messages: 0, Json: 0);
        var root = Compile(message, layout, columns, "", ref slots);
        root.Slots = slots;
        return root;
    }

    public ProtoStep? Find(int number) => (uint)number < DirectNumbers ? direct[number] : others.GetValueOrDefault(number);

    private static ProtoPlan Compile(
        ProtoMessage message, IReadOnlyList<FieldLayout> layout, CompiledSchema columns, string pointer, ref (int Messages, int Json) slots)
    {
        var plan = new ProtoPlan(slots.Messages++);
        foreach (var (index, field) in message.Fields.Index())
        {
            var at = JsonPointer.Append(pointer, field.Name);
            var its = layout[index];
            var target = its.Kind switch
            {
                ValueKind.Record => ProtoTarget.Message,
                ValueKind.Json => ProtoTarget.Json,
                ValueKind.Timestamp => ProtoTarget.Timestamp,
                _ when field.Message is not null => ProtoTarget.Wrapper,
                _ => field.IsRepeated ? ProtoTarget.List : ProtoTarget.Scalar,
            };
            var step = new ProtoStep(
                field, target, at,
                target == ProtoTarget.Message ? null : Typed.Leaf.Of(columns, at, its),
                target == ProtoTarget.Message ? Compile(field.Message!, its.Fields, columns, at, ref slots) : null,
                target == ProtoTarget.Json ? slots.Json++ : -1);
            plan.Steps.Add(step);
            if ((uint)field.Number < DirectNumbers)
            {
                plan.direct[field.Number] = step;
            }
            else
            {
                plan.others[field.Number] = step;
            }
        }

        foreach (var step in plan.Steps.Where(s => s.Field.Oneof >= 0))
        {
            step.Rivals = [.. plan.Steps.Where(s => s != step && s.Field.Oneof == step.Field.Oneof)];
        }

        return plan;
    }
}
