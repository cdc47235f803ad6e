using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Ingest.Storage.Throttling;

/// <summary>
/// Gives every attempt, retries included, its turn, and learns from how it went. Stands outside the SDK's network time-out, so
/// that waiting for a turn is not taken for a slow service.
/// </summary>
internal sealed class ThrottlingPolicy(AccountThrottle throttle, StorageService service) : HttpPipelinePolicy
{
    private readonly ServiceGate gate = throttle.Gate(service);

    // The product sends nothing synchronously; the SDK only wants the method to be there and to work.
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        ProcessAsync(message, pipeline).AsTask().GetAwaiter().GetResult();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var requestClass = RequestClass.Of(service, message.Request);
        var (slot, isProbe) = await EnterAsync(message.CancellationToken).ConfigureAwait(false);
        var sent = gate.Now;
        var (outcome, retryAfter, failure) = (AttemptOutcome.Abandoned, default(TimeSpan?), "");
        try
        {
            await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
            throttle.Meter.Answered(service, message.Response.Status);
            (outcome, retryAfter) = Judge(message.Response);
            failure = outcome == AttemptOutcome.PushedBack ? Describe(message.Response) : "";
        }
        catch (Exception e) when (IsNoAnswer(e) && !message.CancellationToken.IsCancellationRequested)
        {
            throttle.Meter.Answered(service, 0);
            (outcome, failure) = (AttemptOutcome.PushedBack, e.Message);
            throw;
        }
        finally
        {
            Leave(slot, outcome, requestClass, sent, isProbe, retryAfter, failure);
        }
    }

    private async ValueTask<(Slot Slot, bool IsProbe)> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await gate.EnterAsync(cancellationToken).ConfigureAwait(false))
            {
                return (throttle.Limiter.AcquireBeyondLimit(), true);
            }

            var slot = await throttle.Limiter.AcquireAsync(cancellationToken).ConfigureAwait(false);
            if (gate.StillAdmits())
            {
                return (slot, false);
            }

            // The service went away while the request waited for its slot.
            throttle.Limiter.Release(slot, gate.Now, AttemptOutcome.Abandoned);
        }
    }

    private void Leave(Slot slot, AttemptOutcome outcome, RequestClass requestClass, TimeSpan sent, bool isProbe, TimeSpan? retryAfter, string failure)
    {
        var now = gate.Now;
        if (isProbe && outcome == AttemptOutcome.Succeeded && gate.State != CircuitState.Closed)
        {
            throttle.Limiter.ForgetInFlight();
        }

        gate.Report(outcome, sent, isProbe, retryAfter, failure);
        throttle.Limiter.Release(slot, now, outcome, requestClass, now - sent);
        if (outcome == AttemptOutcome.Succeeded)
        {
            throttle.Budget.Earn();
            throttle.Meter.Succeeded(service, requestClass.Kind, now - sent);
        }
        else if (outcome == AttemptOutcome.PushedBack)
        {
            throttle.Meter.PushedBack(service);
        }
    }

    private (AttemptOutcome Outcome, TimeSpan? RetryAfter) Judge(Response response) => response.Status is 408 or 429 or 500 or 502 or 503 or 504
        ? (AttemptOutcome.PushedBack, RetryAfter(response))
        : (AttemptOutcome.Succeeded, null);

    private static string Describe(Response response) =>
        response.Headers.TryGetValue("x-ms-error-code", out var code) ? $"{response.Status} {code}" : $"{response.Status} {response.ReasonPhrase}";

    private TimeSpan? RetryAfter(Response response)
    {
        foreach (var header in new[] { "retry-after-ms", "x-ms-retry-after-ms" })
        {
            if (response.Headers.TryGetValue(header, out var text) && Parse(text) is { } milliseconds)
            {
                return TimeSpan.FromMilliseconds(milliseconds);
            }
        }

        if (!response.Headers.TryGetValue("Retry-After", out var value))
        {
            return null;
        }

        if (Parse(value) is { } seconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && date - throttle.Time.GetUtcNow() is { Ticks: > 0 } until ? until : null;
    }

    private static uint? Parse(string? text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // The SDK cancels by itself what exceeds its network time-out.
    private static bool IsNoAnswer(Exception failure) => failure is RequestFailedException or IOException or OperationCanceledException;
}
