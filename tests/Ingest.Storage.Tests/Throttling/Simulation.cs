using Ingest.Storage.Throttling;

namespace Ingest.Storage.Tests.Throttling;

/// <summary>
/// Clients with more to do than the service can take, behind a limit, in simulated time: an event queue, no clock and no thread.
/// </summary>
internal static class Simulation
{
    /// <summary>Successes a second of each window.</summary>
    /// <param name="limit">Null runs with <paramref name="fixedLimit"/>.</param>
    /// <param name="windows">Start and end (s), in the order of time.</param>
    /// <param name="onSecond">The time and the limit, about once a second.</param>
    /// <param name="onAnswer">The limit after each answer, and whether that was a success.</param>
    public static double[] Run(
        SimulatedService service, AdaptiveLimit? limit, int fixedLimit, IReadOnlyList<(double From, double To)> windows, Circuit? circuit = null,
        Action<double, int>? onSecond = null, Action<int, bool>? onAnswer = null)
    {
        var events = new PriorityQueue<(double Sent, bool IsSuccess, bool IsProbe, bool IsWake), double>();
        var successes = new int[windows.Count];
        var (now, inFlight, wakeAt, second) = (0.0, 0, double.PositiveInfinity, 0);
        var end = windows[^1].To;
        while (now < end)
        {
            while (inFlight < (limit?.Current ?? fixedLimit))
            {
                var admission = circuit?.Admit(Time(now)) ?? default;
                if (admission.Wait is { } wait)
                {
                    if (wakeAt > now + wait.TotalSeconds)
                    {
                        wakeAt = now + wait.TotalSeconds + 1e-6;
                        events.Enqueue((now, false, false, true), wakeAt);
                    }

                    break;
                }

                inFlight++;
                limit?.Sent(inFlight);
                var answer = service.Send(now, inFlight);
                events.Enqueue((now, answer.IsSuccess, admission.IsProbe, false), answer.At);
            }

            events.TryDequeue(out var happened, out now);
            if (happened.IsWake)
            {
                wakeAt = double.PositiveInfinity;
                continue;
            }

            inFlight--;
            Report(limit, circuit, now, happened.Sent, happened.IsSuccess, happened.IsProbe);
            for (var i = 0; happened.IsSuccess && i < windows.Count; i++)
            {
                successes[i] += now >= windows[i].From && now < windows[i].To ? 1 : 0;
            }

            onAnswer?.Invoke(limit?.Current ?? fixedLimit, happened.IsSuccess);
            if (now >= second)
            {
                onSecond?.Invoke(now, limit?.Current ?? fixedLimit);
                second = (int)now + 1;
            }
        }

        return [.. successes.Select((count, i) => count / (windows[i].To - windows[i].From))];
    }

    private static void Report(AdaptiveLimit? limit, Circuit? circuit, double now, double sent, bool isSuccess, bool isProbe)
    {
        if (isSuccess)
        {
            limit?.Succeeded(Time(now), default, Time(now - sent));
            circuit?.Succeeded(Time(now));
        }
        else
        {
            limit?.PushedBack(Time(now));
            circuit?.Failed(Time(now), Time(sent), isProbe);
        }
    }

    private static TimeSpan Time(double seconds) => TimeSpan.FromSeconds(seconds);
}
