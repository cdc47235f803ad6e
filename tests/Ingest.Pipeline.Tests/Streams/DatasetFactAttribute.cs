using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

/// <summary>A test over the data sets of the npm package vega-datasets; skipped, with the remedy, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DatasetFactAttribute : FactAttribute
{
    public DatasetFactAttribute()
    {
        if (!File.Exists(PathOf("flights-200k.json")))
        {
            Skip = "vega-datasets is not installed: run npm ci in tools/node.";
        }
    }

    public static string PathOf(string file) => Repository.PathOf("tools", "node", "node_modules", "vega-datasets", "data", file);
}
