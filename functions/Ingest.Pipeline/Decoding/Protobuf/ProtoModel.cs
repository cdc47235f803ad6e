using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace Ingest.Pipeline.Decoding.Protobuf;

/// <summary>A message type of a descriptor set. Types may refer to themselves.</summary>
internal sealed class ProtoMessage(string fullName, bool isMapEntry)
{
    public string FullName => fullName;

    public bool IsMapEntry => isMapEntry;

    /// <summary>In the order of the file.</summary>
    public List<ProtoField> Fields { get; } = [];

    public ProtoField? Find(int number) => Fields.Find(f => f.Number == number);
}

internal enum ProtoPresence
{
    /// <summary>Absent and default cannot be told apart.</summary>
    Implicit,
    Explicit,
    Required,
}

/// <param name="Oneof">Index of the oneof in its message; −1 for none.</param>
internal sealed record ProtoField(int Number, string Name, FieldType Type, bool IsRepeated, ProtoPresence Presence, int Oneof)
{
    public ProtoMessage? Message { get; set; }

    /// <summary>Names by number; of several names the first.</summary>
    public Dictionary<int, byte[]>? Enum { get; set; }

    public bool IsMap => Message is { IsMapEntry: true };

    public int WireType => Type switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.Sfixed64 => 1,
        FieldType.String or FieldType.Bytes or FieldType.Message => 2,
        FieldType.Float or FieldType.Fixed32 or FieldType.Sfixed32 => 5,
        FieldType.Group => 3,
        _ => 0,
    };
}

/// <summary>Builds the model of one message type, and of all that it refers to.</summary>
internal sealed class ProtoModelBuilder
{
    private readonly Dictionary<string, (DescriptorProto Message, FileDescriptorProto File)> messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnumDescriptorProto> enums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProtoMessage> built = new(StringComparer.Ordinal);

    public ProtoModelBuilder(FileDescriptorSet set)
    {
        foreach (var file in set.File)
        {
            var prefix = file.Package.Length == 0 ? "." : $".{file.Package}.";
            Add(prefix, file.MessageType, file.EnumType, file);
        }
    }

    /// <summary>Full names of all messages that a record could be.</summary>
    public IEnumerable<string> MessageNames => messages.Where(m => m.Value.Message.Options?.MapEntry != true).Select(m => m.Key[1..]);

    /// <param name="problems">What cannot be read, one sentence each.</param>
    public ProtoMessage? Build(string fullName, List<string> problems) => Message($".{fullName}", problems);

    private void Add(string prefix, IEnumerable<DescriptorProto> types, IEnumerable<EnumDescriptorProto> enumTypes, FileDescriptorProto file)
    {
        foreach (var type in enumTypes)
        {
            enums[prefix + type.Name] = type;
        }

        foreach (var type in types)
        {
            messages[prefix + type.Name] = (type, file);
            Add($"{prefix}{type.Name}.", type.NestedType, type.EnumType, file);
        }
    }

    private ProtoMessage? Message(string name, List<string> problems)
    {
        if (built.TryGetValue(name, out var known))
        {
            return known;
        }

        if (!messages.TryGetValue(name, out var found))
        {
            problems.Add($"The descriptor set has no message {name[1..]}; write it with protoc --include_imports.");
            return null;
        }

        var message = built[name] = new ProtoMessage(name[1..], found.Message.Options?.MapEntry == true);
        foreach (var field in found.Message.Field)
        {
            var isRepeated = field.Label == FieldDescriptorProto.Types.Label.Repeated;
            var model = new ProtoField(
                field.Number, field.Name, field.Type, isRepeated, Presence(field, found.File), field.HasOneofIndex && !field.Proto3Optional ? field.OneofIndex : -1);
            switch (field.Type)
            {
                case FieldType.Message:
                    model.Message = Message(Resolve(field.TypeName, name, messages.ContainsKey), problems);
                    break;
                case FieldType.Group:
                    problems.Add($"The field {name[1..]}.{field.Name} is a group, which is not supported; make it a message.");
                    break;
                case FieldType.Enum when enums.TryGetValue(Resolve(field.TypeName, name, enums.ContainsKey), out var type):
                    model.Enum = type.Value.GroupBy(v => v.Number).ToDictionary(g => g.Key, g => System.Text.Encoding.UTF8.GetBytes(g.First().Name));
                    break;
                case FieldType.Enum:
                    problems.Add($"The descriptor set has no enum {field.TypeName.TrimStart('.')}; write it with protoc --include_imports.");
                    break;
            }

            message.Fields.Add(model);
        }

        return message;
    }

    /// <summary>A full name as it is; one without a dot first is looked for from the message outwards, as in C++.</summary>
    private static string Resolve(string name, string scope, Func<string, bool> exists)
    {
        if (name.StartsWith('.'))
        {
            return name;
        }

        for (var end = scope.Length; end >= 0; end = end == 0 ? -1 : scope.LastIndexOf('.', end - 1))
        {
            if (exists($"{scope[..end]}.{name}"))
            {
                return $"{scope[..end]}.{name}";
            }
        }

        return $".{name}";
    }

    private static ProtoPresence Presence(FieldDescriptorProto field, FileDescriptorProto file)
    {
        if (field.Label == FieldDescriptorProto.Types.Label.Required)
        {
            return ProtoPresence.Required;
        }

        if (field.Label == FieldDescriptorProto.Types.Label.Repeated || field.Type == FieldType.Message || field.HasOneofIndex)
        {
            return ProtoPresence.Explicit;
        }

        if (file.Syntax == "proto3")
        {
            return ProtoPresence.Implicit;
        }

        var own = field.Options?.Features is { HasFieldPresence: true } features ? features : file.Options?.Features;
        return file.Syntax != "editions" || own is not { HasFieldPresence: true } ? ProtoPresence.Explicit : own.FieldPresence switch
        {
            FeatureSet.Types.FieldPresence.Implicit => ProtoPresence.Implicit,
            FeatureSet.Types.FieldPresence.LegacyRequired => ProtoPresence.Required,
            _ => ProtoPresence.Explicit,
        };
    }
}
