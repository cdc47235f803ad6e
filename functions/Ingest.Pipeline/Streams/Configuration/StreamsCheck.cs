namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>What must hold between the streams of one file.</summary>
internal static class StreamsCheck
{
    public static void Against(IReadOnlyList<ParsedStream> streams, ConfigErrors errors)
    {
        for (var i = 0; i < streams.Count; i++)
        {
            var before = streams.Take(i);
            if (streams[i].Name is { } name && before.FirstOrDefault(s => s.Name?.Value == name.Value)?.Name is { } first)
            {
                errors.Add(name.Node, $"The stream \"{name.Value}\" exists already, on line {first.Node.Line}.");
            }

            Reachable(streams[i], before, errors);
        }
    }

    private static void Reachable(ParsedStream stream, IEnumerable<ParsedStream> before, ConfigErrors errors)
    {
        if (stream.When is null || before.FirstOrDefault(b => b.When is { } when && Covers(when, stream.When)) is not { } earlier)
        {
            return;
        }

        var name = earlier.Name is { } text ? $"\"{text.Value}\"" : "the stream";
        errors.Add(stream.Node["when"] ?? stream.Node, (earlier.When!.Count, stream.When.Count) switch
        {
            (0, 0) => $"There is a default stream already, {name} on line {earlier.Node.Line}; give this one a \"when\".",
            (0, _) => $"No event can reach this stream: the default stream {name} on line {earlier.Node.Line} takes all; move the default to the end.",
            _ => $"No event can reach this stream: {name} on line {earlier.Node.Line} takes all that it would.",
        });
    }

    /// <summary>Whether every event that <paramref name="later"/> takes is taken by <paramref name="earlier"/>.</summary>
    private static bool Covers(IReadOnlyList<RouteCondition> earlier, IReadOnlyList<RouteCondition> later) => earlier.All(
        e => later.Any(l => l.Source == e.Source && l.Name == e.Name && l.Values.All(e.Values.Contains)));
}
