namespace Ingest.Pipeline.Progress;

/// <summary>
/// Lets a store say, deep inside a request, that it waits for a service that is down: the partition on whose behalf it waits is
/// told, wherever the request came from. Flows with the asynchronous call, like a log scope.
/// </summary>
public static class StoreWait
{
    private static readonly AsyncLocal<Action<string>?> Current = new();

    /// <summary>To whom reports of this asynchronous call go; null: to nobody.</summary>
    public static Action<string>? Listener => Current.Value;

    /// <summary>Says what the caller waits for; may be called often, and from anywhere.</summary>
    /// <param name="reason">A sentence without the partition's name.</param>
    public static void Report(string reason) => Current.Value?.Invoke(reason);

    /// <summary>From here on in this asynchronous call, reports go to <paramref name="listener"/>.</summary>
    public static void Listen(Action<string> listener) => Current.Value = listener;
}
