using Google.Protobuf;
using Google.Protobuf.Reflection;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>Small streams files around the one thing a test is about.</summary>
internal static class Definitions
{
    /// <summary>One column of each type that matters to the rules.</summary>
    public const string Schema = """
        {
          "type": "object",
          "properties": {
            "deviceId": { "type": "string" },
            "number": { "type": "integer" },
            "ratio": { "type": "number" },
            "on": { "type": "boolean" },
            "uuid": { "type": "string", "format": "uuid" },
            "createdAt": { "type": "string", "format": "date-time" },
            "stamp": { "type": "string" },
            "tags": { "type": "array", "items": { "type": "string" } },
            "open": { "type": "object" },
            "location": { "type": "object", "properties": { "lat": { "type": "number" } } }
          }
        }
        """;

    /// <summary>The reading of the tests as an Avro schema.</summary>
    public const string Avro = """
        {
          "type": "record", "name": "Reading", "namespace": "demo",
          "fields": [
            { "name": "deviceId", "type": "string" },
            { "name": "temperature", "type": ["null", "double"], "default": null },
            { "name": "createdAt", "type": { "type": "long", "logicalType": "timestamp-millis" } }
          ]
        }
        """;

    /// <summary>The same as a message: <c>demo.Reading { string deviceId = 1; double temperature = 2; int64 createdAt = 3; }</c>.</summary>
    public static byte[] Descriptor => new FileDescriptorSet
    {
        File =
        {
            new FileDescriptorProto
            {
                Name = "reading.proto",
                Package = "demo",
                Syntax = "proto3",
                MessageType =
                {
                    new DescriptorProto
                    {
                        Name = "Reading",
                        Field =
                        {
                            new FieldDescriptorProto { Name = "deviceId", Number = 1, Type = FieldDescriptorProto.Types.Type.String, Label = FieldDescriptorProto.Types.Label.Optional },
                            new FieldDescriptorProto { Name = "temperature", Number = 2, Type = FieldDescriptorProto.Types.Type.Double, Label = FieldDescriptorProto.Types.Label.Optional },
                            new FieldDescriptorProto { Name = "createdAt", Number = 3, Type = FieldDescriptorProto.Types.Type.Int64, Label = FieldDescriptorProto.Types.Label.Optional },
                        },
                    },
                },
            },
        },
    }.ToByteArray();

    public static StreamCatalog Load(string streamsJson) =>
        StreamCatalog.Load(new MemoryStreamFiles(streamsJson).With("s.json", Schema).With("x.avsc", Avro).With("x.desc", Descriptor));

    /// <param name="members">More members of the stream, each with a comma before it.</param>
    public static StreamDefinition LoadStream(string members) => Assert.Single(Load(StreamOf(members)).Streams);

    /// <summary>The one mistake there must be.</summary>
    public static ConfigurationError MistakeIn(string members) => Assert.Single(MistakesOf(StreamOf(members)));

    public static IReadOnlyList<ConfigurationError> MistakesOf(string streamsJson) => MistakesOf(new MemoryStreamFiles(streamsJson).With("s.json", Schema).With("x.avsc", Avro).With("x.desc", Descriptor));

    public static IReadOnlyList<ConfigurationError> MistakesOf(IStreamFiles files) =>
        Assert.Throws<StreamConfigurationException>(() => StreamCatalog.Load(files)).Errors;

    public static string StreamOf(string members) => $$"""
        {
          "streams": [ { "name": "one", "schema": "s.json"{{members}} } ],
          "lookups": { "devices": { "table": "Devices" } }
        }
        """;
}
