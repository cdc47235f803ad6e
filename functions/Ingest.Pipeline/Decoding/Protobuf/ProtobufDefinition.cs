using Google.Protobuf;
using Google.Protobuf.Reflection;
using Ingest.Pipeline.Decoding.Typed;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary>The message type of a stream of Protocol Buffers, compiled.</summary>
internal sealed class ProtobufDefinition(ProtoPlan plan, bool isDelimited)
{
    public ProtoPlan Plan => plan;

    /// <summary>Whether an event holds any number of messages, each with its length before it.</summary>
    public bool IsDelimited => isDelimited;

    /// <summary>The message type; null where there are errors.</summary>
    /// <param name="report">Adds a mistake to the place where the stream names the file, or the message.</param>
    public static ProtoMessage? Read(ReadOnlyMemory<byte> descriptorSet, string message, Action<string> reportFile, Action<string> reportMessage)
    {
        FileDescriptorSet set;
        try
        {
            set = FileDescriptorSet.Parser.ParseFrom(descriptorSet.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            reportFile($"The file is no descriptor set; write one with protoc --include_imports --descriptor_set_out. {e.Message}");
            return null;
        }

        var builder = new ProtoModelBuilder(set);
        var names = builder.MessageNames.ToArray();
        if (!names.Contains(message, StringComparer.Ordinal))
        {
            reportMessage(names.Length == 0
                ? "The descriptor set has no messages at all."
                : $"The descriptor set has no message \"{message}\".{Nearest(message, names)}");
            return null;
        }

        List<string> problems = [];
        var type = builder.Build(message, problems);
        problems.Distinct(StringComparer.Ordinal).ToList().ForEach(reportFile);
        return problems.Count == 0 ? type : null;
    }

    private static string Nearest(string message, string[] names)
    {
        var nearest = Spelling.Suggest(message, names);
        return nearest.Length > 0 ? nearest : $" Its messages: {string.Join(", ", names.Take(20))}.";
    }
}

/// <summary>The columns that the fields of a message become.</summary>
internal static class ProtoLayout
{
    private static readonly string[] Open = ["google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue", "google.protobuf.Any"];

    private static readonly string[] Wrappers =
    [
        "google.protobuf.DoubleValue", "google.protobuf.FloatValue", "google.protobuf.Int64Value", "google.protobuf.UInt64Value", "google.protobuf.Int32Value",
        "google.protobuf.UInt32Value", "google.protobuf.BoolValue", "google.protobuf.StringValue", "google.protobuf.BytesValue",
    ];

    public static bool IsTimestamp(ProtoMessage type) => type.FullName == "google.protobuf.Timestamp";

    public static bool IsWrapper(ProtoMessage type) => Wrappers.Contains(type.FullName, StringComparer.Ordinal);

    public static IReadOnlyList<FieldLayout> Of(ProtoMessage message) => Fields(message, [message]);

    private static List<FieldLayout> Fields(ProtoMessage message, HashSet<ProtoMessage> open) => [.. message.Fields.Select(f => Field(f, open))];

    private static FieldLayout Field(ProtoField field, HashSet<ProtoMessage> open)
    {
        if (field.Message is not { } type)
        {
            var isNullable = field.Presence == ProtoPresence.Explicit && !field.IsRepeated;
            return new FieldLayout(field.Name, KindOf(field), 1, isNullable, field.IsRepeated) { HasDefault = field.Presence == ProtoPresence.Implicit || field.IsRepeated };
        }

        if (IsTimestamp(type) && !field.IsRepeated)
        {
            return new FieldLayout(field.Name, ValueKind.Timestamp, 1, IsNullable: true);
        }

        if (IsWrapper(type) && !field.IsRepeated)
        {
            return new FieldLayout(field.Name, KindOf(type.Fields[0]), 1, IsNullable: true);
        }

        if (field.IsRepeated || type.Fields.Count == 0 || Open.Contains(type.FullName, StringComparer.Ordinal) || !open.Add(type))
        {
            return new FieldLayout(field.Name, ValueKind.Json, 1, IsNullable: true);
        }

        var record = new FieldLayout(field.Name, ValueKind.Record, 1, IsNullable: field.Presence != ProtoPresence.Required);
        record.Fields.AddRange(Fields(type, open));
        open.Remove(type);
        return record;
    }

    private static ValueKind KindOf(ProtoField field) => field.Type switch
    {
        FieldDescriptorProto.Types.Type.Double or FieldDescriptorProto.Types.Type.Float => ValueKind.Double,
        FieldDescriptorProto.Types.Type.Bool => ValueKind.Boolean,
        FieldDescriptorProto.Types.Type.String or FieldDescriptorProto.Types.Type.Bytes or FieldDescriptorProto.Types.Type.Enum => ValueKind.String,
        _ => ValueKind.Int64,
    };
}
