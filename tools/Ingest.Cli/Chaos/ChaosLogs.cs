namespace Ingest.Cli.Chaos;

/// <summary>What the function apps' own logs say of a run.</summary>
/// <param name="FunctionTimeouts">Attempts that ran into the function timeout.</param>
/// <param name="BatchesSkipped">Failed batches behind which a host went on.</param>
public readonly record struct ChaosLogs(int FunctionTimeouts, int BatchesSkipped)
{
    private const string TimedOut = "exceeded the function timeout";
    private const string WentOn = "; the host goes on";

    public static async Task<ChaosLogs> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var (timeouts, skipped) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(folder, "function-app-*.log"))
        {
            await foreach (var line in File.ReadLinesAsync(file, cancellationToken).ConfigureAwait(false))
            {
                timeouts += line.Contains(TimedOut, StringComparison.Ordinal) ? 1 : 0;
                skipped += line.Contains(WentOn, StringComparison.Ordinal) ? 1 : 0;
            }
        }

        return new ChaosLogs(timeouts, skipped);
    }
}
