using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingest.Storage.Throttling;

/// <summary>Everything that the requests to one storage account share, of all partitions and of both services.</summary>
internal sealed class AccountThrottle : IDisposable
{
    private readonly ThrottlingMeter meter;

    /// <param name="account">Name of the account; tag of the metrics.</param>
    /// <param name="jitter">0–1, uniform, thread-safe.</param>
    /// <param name="logger">Null: nothing is logged.</param>
    public AccountThrottle(string account, StorageOptions options, TimeProvider time, Func<double> jitter, ILogger? logger = null)
    {
        Limiter = new ConcurrencyLimiter(new AdaptiveLimit(Math.Min(options.InitialConcurrency, options.MaxConcurrency), options.MaxConcurrency));
        Budget = new RetryBudget(options.RetryRatio, options.RetryBudget);
        Blobs = GateOf(StorageService.Blob);
        Tables = GateOf(StorageService.Table);
        Time = time;
        meter = new ThrottlingMeter(account, this);
        ServiceGate GateOf(StorageService service) =>
            new(account, service, new Circuit(options.OutageAfter, jitter), options.OutageWait, time, logger ?? NullLogger.Instance);
    }

    public ConcurrencyLimiter Limiter { get; }

    public RetryBudget Budget { get; }

    public ServiceGate Blobs { get; }

    public ServiceGate Tables { get; }

    public ThrottlingMeter Meter => meter;

    public TimeProvider Time { get; }

    public ServiceGate Gate(StorageService service) => service == StorageService.Blob ? Blobs : Tables;

    public void Dispose() => meter.Dispose();
}
