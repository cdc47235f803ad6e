using Microsoft.Extensions.Configuration;

namespace Ingest.LocalWorker.Settings;

/// <summary>
/// What only the local worker knows, read from the settings <c>LocalWorker__NAME</c>. The defaults suit several processes on one machine:
/// the official host renews every 10 seconds and expires after 30.
/// </summary>
public sealed record LocalWorkerOptions
{
    /// <summary>The section that holds these options.</summary>
    public const string Section = "LocalWorker";

    /// <summary>Time between two looks at who owns which partition; default 1 s, 50 ms to 1 minute.</summary>
    public TimeSpan LoadBalancingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an owner that does not renew keeps a partition; default 6 s, at least twice the interval.</summary>
    public TimeSpan OwnershipExpiration { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long running invocations get when the host stops; default 20 s, 0 to 10 minutes.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Retries after which the host moves its checkpoint past a failed batch, whatever the function's retry policy says, as a host does whose
    /// retry state was lost; default -1, never.
    /// </summary>
    public int GiveUpAfter { get; init; } = -1;

    /// <summary>How far this process's clock is ahead of the machine's, negative: behind; default 0, within a day.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>Megabytes read ahead per partition; default 8, 1 to 1024. One event larger than this still passes.</summary>
    public int PrefetchMegabytes { get; init; } = 8;

    /// <summary>The loopback port of HTTP triggers; default 7071, 0 takes a free one. <c>FUNCTIONS_HTTP_PORT</c> overrides it.</summary>
    public int HttpPort { get; init; } = 7071;

    /// <exception cref="FunctionSetupException">A value is out of its range; all of them are named.</exception>
    internal static LocalWorkerOptions Read(IConfiguration configuration)
    {
        var defaults = new LocalWorkerOptions();
        var section = configuration.GetSection(Section);
        LocalWorkerOptions options;
        try
        {
            options = defaults with
            {
                LoadBalancingInterval = section.GetValue(nameof(LoadBalancingInterval), defaults.LoadBalancingInterval),
                OwnershipExpiration = section.GetValue(nameof(OwnershipExpiration), defaults.OwnershipExpiration),
                ShutdownGrace = section.GetValue(nameof(ShutdownGrace), defaults.ShutdownGrace),
                GiveUpAfter = section.GetValue(nameof(GiveUpAfter), defaults.GiveUpAfter),
                ClockOffset = section.GetValue(nameof(ClockOffset), defaults.ClockOffset),
                PrefetchMegabytes = section.GetValue(nameof(PrefetchMegabytes), defaults.PrefetchMegabytes),
                HttpPort = configuration.GetValue("FUNCTIONS_HTTP_PORT", section.GetValue(nameof(HttpPort), defaults.HttpPort)),
            };
        }
        catch (InvalidOperationException e)
        {
            throw new FunctionSetupException($"{Section}: {e.Message}");
        }

        var mistakes = options.Mistakes().ToList();
        return mistakes.Count == 0 ? options : throw new FunctionSetupException($"{Section}: {string.Join("; ", mistakes)}");
    }

    private IEnumerable<string> Mistakes()
    {
        if (LoadBalancingInterval < TimeSpan.FromMilliseconds(50) || LoadBalancingInterval > TimeSpan.FromMinutes(1))
        {
            yield return $"{nameof(LoadBalancingInterval)} must lie between 50 ms and 1 minute";
        }

        if (OwnershipExpiration < LoadBalancingInterval * 2)
        {
            yield return $"{nameof(OwnershipExpiration)} must be at least twice {nameof(LoadBalancingInterval)}";
        }

        if (ShutdownGrace < TimeSpan.Zero || ShutdownGrace > TimeSpan.FromMinutes(10))
        {
            yield return $"{nameof(ShutdownGrace)} must lie between 0 and 10 minutes";
        }

        if (GiveUpAfter < -1)
        {
            yield return $"{nameof(GiveUpAfter)} must be -1 or more";
        }

        if (ClockOffset.Duration() > TimeSpan.FromDays(1))
        {
            yield return $"{nameof(ClockOffset)} must lie between -1 day and 1 day";
        }

        if (PrefetchMegabytes is < 1 or > 1024)
        {
            yield return $"{nameof(PrefetchMegabytes)} must lie between 1 and 1024";
        }

        if (HttpPort is < 0 or > 65535)
        {
            yield return $"{nameof(HttpPort)} must lie between 0 and 65535";
        }
    }
}
