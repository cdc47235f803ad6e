using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// Decides which column each node fills. A reader's targets are the columns, in order, followed by the element columns of the
/// lists among them.
/// </summary>
internal sealed class ColumnPlan
{
    public const string ExtraName = "_extra";

    private static readonly string[] Reserved =
        [ExtraName, "_hub", "_epoch", "_partition", "_sequence", "_index", "_enqueued", "_ingested", "_key", "_id", "_device"];

    private readonly string file;
    private readonly ICollection<ConfigurationError> errors;
    private readonly SchemaBinding binding;
    private readonly Dictionary<string, SchemaNode> nodesByPointer = new(StringComparer.Ordinal);
    private readonly List<SchemaNode> lists = [];

    public ColumnPlan(SchemaNode root, SchemaBinding binding, string file, ICollection<ConfigurationError> errors)
    {
        (this.binding, this.file, this.errors) = (binding, file, errors);
        if (!root.Allows(JsonTypes.Object))
        {
            Report(root, "A record is an object, which this schema does not allow.");
            return;
        }

        root.Types &= JsonTypes.Object;
        root.Object ??= new ObjectPlan([], allowsAdditional: true);
        Flatten(root, "", "", isRequired: true);
        if (HasExtra)
        {
            ExtraTarget = Columns.Count;
            Columns.Add(new ColumnDefinition(ExtraName, ColumnType.Json));
        }

        foreach (var list in lists)
        {
            list.Items!.Target = Columns.Count + ListTargets.Count;
            ListTargets.Add(list.Target);
        }

        AssignSlots(root);
        IdTarget = Bind("id", binding.IdPointer, n => n.Kind is NodeKind.String or NodeKind.Int64 or NodeKind.Uuid, "a string or an integer");
        KeyTarget = Bind("key", binding.KeyPointer, n => n.Kind is not (NodeKind.Json or NodeKind.List), "a scalar");
        if (binding.Time is { Kind: TimeKind.Custom } custom && !TimeParser.IsFormat(custom.Format))
        {
            errors.Add(new ConfigurationError(file, 1, custom.Pointer, $"\"{custom.Format}\" is not a .NET date and time format that names year, month and day."));
        }

        TimeTarget = Bind("time", binding.Time?.Pointer, n => n.Kind == NodeKind.Time, "a string or a number");
    }

    public List<ColumnDefinition> Columns { get; } = [];

    /// <summary>Column index of each list, in the order of the targets behind the columns.</summary>
    public List<int> ListTargets { get; } = [];

    public Dictionary<string, string> ColumnsByPointer { get; } = new(StringComparer.Ordinal);

    public bool HasExtra { get; private set; }

    public int ExtraTarget { get; private set; } = -1;

    public int IdTarget { get; private set; } = -1;

    public int KeyTarget { get; private set; } = -1;

    public int TimeTarget { get; private set; } = -1;

    /// <summary>Pointer and parser of the event time; null where the stream names none.</summary>
    public string? TimePointer => binding.Time?.Pointer;

    public TimeParser? Time { get; private set; }

    /// <summary>Whether the event time has rules beyond its node, which reading it does not check.</summary>
    public bool IsTimeUnchecked { get; private set; }

    /// <summary>How many objects and properties a reader keeps something about.</summary>
    public int SlotCount { get; private set; }

    private void Flatten(SchemaNode node, string pointer, string prefix, bool isRequired)
    {
        node.Kind = NodeKind.Flatten;
        HasExtra |= node.Object!.AllowsAdditional;
        foreach (var property in node.Object.Properties)
        {
            if (property.Node is { Types: not JsonTypes.None } child)
            {
                Place(child, JsonPointer.Append(pointer, property.Text), prefix + property.Text, isRequired && property.IsRequired);
            }
        }
    }

    private void Place(SchemaNode node, string pointer, string name, bool isRequired)
    {
        nodesByPointer[pointer] = node;
        isRequired &= !node.Allows(JsonTypes.Null);
        node.Kind = binding.Time?.Pointer == pointer ? NodeKind.Time : KindOf(node);
        if (node.Kind == NodeKind.Flatten)
        {
            Flatten(node, pointer, name + ".", isRequired);
            return;
        }

        if (node.Kind == NodeKind.Time && (binding.Time!.Kind != TimeKind.Custom || TimeParser.IsFormat(binding.Time.Format)) && (node.Types & (JsonTypes.String | JsonTypes.Number)) != 0)
        {
            node.Time = Time = new TimeParser(binding.Time!);
            IsTimeUnchecked = node.Rule is not null;
        }
        else if (node.Kind == NodeKind.Time)
        {
            node.Kind = NodeKind.Json;
        }

        if (name.Length == 0 || Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            Report(node, $"The column name \"{name}\" is reserved; a property cannot have it.");
        }
        else if (Columns.Exists(c => c.Name == name))
        {
            Report(node, $"Two properties become the column \"{name}\": nested names are joined with dots.");
        }

        node.Target = Columns.Count;
        ColumnsByPointer[pointer] = name;
        if (node.Kind == NodeKind.List)
        {
            lists.Add(node);
            node.Items!.Kind = KindOf(node.Items);
        }

        Columns.Add(new ColumnDefinition(
            name, TypeOf(node.Kind == NodeKind.List ? node.Items!.Kind : node.Kind), node.Kind == NodeKind.List, Nullable: !isRequired));
    }

    public static NodeKind KindOf(SchemaNode node) => (node.Types & ~JsonTypes.Null) switch
    {
        _ when node.Rule is not null => NodeKind.Json,
        JsonTypes.Integer => NodeKind.Int64,
        JsonTypes.Number or JsonTypes.Fraction => NodeKind.Double,
        JsonTypes.Boolean => NodeKind.Boolean,
        JsonTypes.String => node.Text?.Format switch
        {
            TextFormat.DateTime => NodeKind.Timestamp,
            TextFormat.Date => NodeKind.Date,
            TextFormat.Uuid => NodeKind.Uuid,
            _ => NodeKind.String,
        },
        JsonTypes.Object when node.Object?.Properties.Any(p => p.Node is { Types: not JsonTypes.None }) == true && node.Allowed is null => NodeKind.Flatten,
        JsonTypes.Array when node.Items is not null && node.Allowed is null
            && KindOf(node.Items) is not (NodeKind.Json or NodeKind.Flatten or NodeKind.List) => NodeKind.List,
        _ => NodeKind.Json,
    };

    private static ColumnType TypeOf(NodeKind kind) => kind switch
    {
        NodeKind.Int64 => ColumnType.Int64,
        NodeKind.Double => ColumnType.Double,
        NodeKind.Boolean => ColumnType.Boolean,
        NodeKind.String => ColumnType.String,
        NodeKind.Timestamp or NodeKind.Time => ColumnType.Timestamp,
        NodeKind.Date => ColumnType.Date,
        NodeKind.Uuid => ColumnType.Uuid,
        _ => ColumnType.Json,
    };

    private void AssignSlots(SchemaNode node)
    {
        if (node.Object is { } plan)
        {
            plan.Slot = SlotCount;
            SlotCount += plan.Properties.Length + 1;
            foreach (var property in plan.Properties)
            {
                if (property.Node is { } child)
                {
                    AssignSlots(child);
                }
            }
        }

        if (node.Items is { } items)
        {
            AssignSlots(items);
        }
    }

    private int Bind(string what, string? pointer, Func<SchemaNode, bool> isFit, string expected)
    {
        if (pointer is null)
        {
            return -1;
        }

        if (JsonPointer.Parse(pointer) is null)
        {
            errors.Add(new ConfigurationError(file, 1, pointer, $"{what} is not a JSON Pointer: it begins with / and writes ~ as ~0."));
            return -1;
        }

        if (!nodesByPointer.TryGetValue(pointer, out var node))
        {
            errors.Add(new ConfigurationError(
                file, 1, pointer, $"The stream's {what} names {pointer}, which the schema does not describe.{Spelling.Suggest(pointer, nodesByPointer.Keys)}"));
            return -1;
        }

        if (node.Target < 0 || !isFit(node))
        {
            Report(node, $"The stream's {what} must be {expected}; the schema allows {JsonTypeNames.Describe(node.Types)}.");
            return -1;
        }

        return node.Target;
    }

    private void Report(SchemaNode node, string message) => errors.Add(new ConfigurationError(node.File ?? file, node.Line, node.Pointer, message));
}
