using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Ingest.Pipeline.Enrichment;
using Rows = System.Collections.Generic.IReadOnlyDictionary<string, System.Collections.Generic.IReadOnlyDictionary<string, object>>;

namespace Ingest.Pipeline.Tests.Enrichment;

/// <summary>A lookup source that answers only when the test says so. Every load waits for its own answer.</summary>
internal sealed class ScriptedLookupSource : ILookupSource
{
    private readonly Channel<TaskCompletionSource<Rows>> calls = Channel.CreateUnbounded<TaskCompletionSource<Rows>>();
    private int inFlight;
    private int loads;

    public int Loads => Volatile.Read(ref loads);

    public int MostInFlight { get; private set; }

    public async IAsyncEnumerable<LookupRow> ReadAsync(
        LookupDefinition lookup, IReadOnlyCollection<string> properties, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref loads);
        MostInFlight = Math.Max(MostInFlight, Interlocked.Increment(ref inFlight));
        try
        {
            var answer = new TaskCompletionSource<Rows>(TaskCreationOptions.RunContinuationsAsynchronously);
            calls.Writer.TryWrite(answer);
            foreach (var (key, row) in await answer.Task.WaitAsync(cancellationToken))
            {
                yield return new LookupRow(key, null, row);
            }
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }

    /// <summary>Waits for the next load and answers it.</summary>
    public async Task AnswerAsync(params (string Key, string Property, object Value)[] rows) =>
        (await NextAsync()).SetResult(rows
            .GroupBy(r => r.Key)
            .ToDictionary(g => g.Key, g => (IReadOnlyDictionary<string, object>)g.ToDictionary(r => r.Property, r => r.Value)));

    /// <summary>Waits for the next load and fails it.</summary>
    public async Task FailAsync(Exception exception) => (await NextAsync()).SetException(exception);

    /// <summary>Waits until a load has begun, and leaves it without an answer.</summary>
    public async Task<TaskCompletionSource<Rows>> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await calls.Reader.ReadAsync(limit.Token);
    }
}
