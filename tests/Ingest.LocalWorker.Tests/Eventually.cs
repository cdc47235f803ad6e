using System.Diagnostics;

namespace Ingest.LocalWorker.Tests;

/// <summary>Waits for what happens elsewhere and gives no signal, such as a blob being written.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<T> TrueAsync<T>(Func<Task<T>> read, Func<T, bool> holds)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var value = await read();
            if (holds(value))
            {
                return value;
            }

            Assert.True(watch.Elapsed < Limit, $"It did not come true within {Limit}; the last value was {value}.");
            await Task.Delay(20);
        }
    }
}
