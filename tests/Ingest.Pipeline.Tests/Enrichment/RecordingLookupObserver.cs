using System.Threading.Channels;
using Ingest.Pipeline.Enrichment;

namespace Ingest.Pipeline.Tests.Enrichment;

/// <summary>Keeps what it is told, and lets a test wait for it.</summary>
internal sealed class RecordingLookupObserver : ILookupObserver
{
    private readonly Channel<(int Rows, long Bytes)> loads = Channel.CreateUnbounded<(int, long)>();
    private readonly Channel<TimeSpan> unchanged = Channel.CreateUnbounded<TimeSpan>();
    private readonly Channel<(Exception Exception, TimeSpan Age)> failures = Channel.CreateUnbounded<(Exception, TimeSpan)>();

    public void Loaded(LookupDefinition lookup, int rows, long bytes, TimeSpan duration) => loads.Writer.TryWrite((rows, bytes));

    public void Unchanged(LookupDefinition lookup, TimeSpan duration) => unchanged.Writer.TryWrite(duration);

    public void RefreshFailed(LookupDefinition lookup, Exception exception, TimeSpan age) => failures.Writer.TryWrite((exception, age));

    public Task<(int Rows, long Bytes)> NextLoadAsync() => NextAsync(loads);

    public Task<TimeSpan> NextUnchangedAsync() => NextAsync(unchanged);

    public Task<(Exception Exception, TimeSpan Age)> NextFailureAsync() => NextAsync(failures);

    private static async Task<T> NextAsync<T>(Channel<T> channel)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await channel.Reader.ReadAsync(limit.Token);
    }
}
