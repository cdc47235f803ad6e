using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Pipeline.Tests.Schemas;

/// <summary>Compiles schemas written as text.</summary>
internal static class Compiled
{
    public static CompiledSchema Schema(string json, TimeFormat? time = null, string? id = null, string? key = null)
    {
        List<ConfigurationError> errors = [];
        var schema = SchemaCompiler.Compile(Source(json), new SchemaBinding(time, id, key), errors);
        Assert.Empty(errors);
        return schema!;
    }

    public static List<ConfigurationError> Errors(string json, TimeFormat? time = null, string? id = null, string? key = null)
    {
        List<ConfigurationError> errors = [];
        Assert.Null(SchemaCompiler.Compile(Source(json), new SchemaBinding(time, id, key), errors));
        Assert.NotEmpty(errors);
        return errors;
    }

    private static SchemaSource Source(string json) => new("schemas/test.json", Encoding.UTF8.GetBytes(json));
}
