using System.Diagnostics.Metrics;
using Ingest.Pipeline.Telemetry;

namespace Ingest.Storage.Throttling;

/// <summary>How the requests to one account go. Tags are bounded: account, service, kind, status.</summary>
internal sealed class ThrottlingMeter : IDisposable
{
    private readonly Meter meter = new(IngestMeter.Name);
    private readonly Histogram<double> rtt;
    private readonly Counter<long> requests;
    private readonly Counter<long> throttled;
    private readonly Counter<long> retriesRefused;
    private readonly KeyValuePair<string, object?> accountTag;

    public ThrottlingMeter(string account, AccountThrottle throttle)
    {
        accountTag = new("account", account);
        rtt = meter.CreateHistogram<double>("ingest.storage.rtt", "s", "From sending a storage request to its answer, of those that succeeded.");
        requests = meter.CreateCounter<long>("ingest.storage.requests", "{request}", "Attempts, retries included, by the status of the answer; 0 where none came.");
        throttled = meter.CreateCounter<long>("ingest.storage.throttled", "{request}", "Attempts that were refused, failed or timed out.");
        retriesRefused = meter.CreateCounter<long>("ingest.storage.retries_refused", "{request}", "Retries that the budget did not allow.");
        meter.CreateObservableGauge("ingest.storage.limit", () => new Measurement<int>(throttle.Limiter.Limit, accountTag), "{request}", "Requests that may be under way at once.");
        meter.CreateObservableGauge("ingest.storage.in_flight", () => new Measurement<int>(throttle.Limiter.InFlight, accountTag), "{request}", "Requests under way.");
        meter.CreateObservableGauge("ingest.storage.waiting", () => new Measurement<int>(throttle.Limiter.Waiting, accountTag), "{request}", "Requests that wait for a slot.");
        meter.CreateObservableGauge(
            "ingest.storage.circuit", () => new[] { StateOf(throttle.Blobs), StateOf(throttle.Tables) }, null, "0 closed, 1 half-open, 2 open.");
    }

    public void Succeeded(StorageService service, RequestKind kind, TimeSpan duration)
    {
        if (rtt.Enabled)
        {
            rtt.Record(duration.TotalSeconds, accountTag, TagOf(service), new("kind", NameOf(kind)));
        }
    }

    /// <param name="status">HTTP status; 0: no answer.</param>
    public void Answered(StorageService service, int status) => requests.Add(1, accountTag, TagOf(service), new("status", status));

    public void PushedBack(StorageService service) => throttled.Add(1, accountTag, TagOf(service));

    public void RetryRefused() => retriesRefused.Add(1, accountTag);

    public void Dispose() => meter.Dispose();

    private Measurement<int> StateOf(ServiceGate gate) => new((int)gate.State, accountTag, TagOf(gate.Service));

    private static KeyValuePair<string, object?> TagOf(StorageService service) => new("service", service == StorageService.Blob ? "blob" : "table");

    private static string NameOf(RequestKind kind) => kind switch
    {
        RequestKind.BlobWrite => "blob-write",
        RequestKind.BlobRead => "blob-read",
        RequestKind.List => "list",
        _ => "table",
    };
}
