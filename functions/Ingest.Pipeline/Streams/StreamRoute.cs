namespace Ingest.Pipeline.Streams;

/// <summary>The conditions of one stream, in the form that routing reads.</summary>
internal sealed class StreamRoute(StreamDefinition stream)
{
    private readonly Condition[] conditions = [.. stream.When.Select(c => new Condition(c.Source, c.Name, [.. c.Values]))];

    public StreamDefinition Stream => stream;

    public bool Takes(ref RouteSubject subject)
    {
        foreach (var condition in conditions)
        {
            if (!subject.Holds(condition.Source, condition.Name, condition.Values))
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Condition(RouteSource Source, string Name, string[] Values);
}
