using System.Globalization;
using System.Text.RegularExpressions;

namespace Ingest.Cli.Processes;

/// <summary>The Event Hubs emulator as a process.</summary>
/// <param name="ConnectionString">For Event Hubs clients.</param>
/// <param name="ControlPort">Where it takes faults; null unless asked for with <c>--control-port</c>.</param>
public sealed partial record EmulatorServer(string ConnectionString, int? ControlPort)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts it on a port that the system gives it.</summary>
    /// <param name="assembly">Path of the emulator's assembly.</param>
    /// <param name="arguments">Beside the port.</param>
    /// <param name="start">Starts the process; who starts it also stops it.</param>
    public static async Task<EmulatorServer> StartAsync(
        string assembly, IReadOnlyList<string> arguments, Func<ProcessToStart, ChildProcess> start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(start);
        var emulator = start(new("Event Hubs emulator", "dotnet", [assembly, "--port", "0", .. arguments], new Dictionary<string, string>(), "emulator.log"));
        var wantsControl = arguments.Contains("--control-port");
        return await emulator.WaitUntilAsync(
            async token =>
            {
                var log = await emulator.ReadLogAsync(token).ConfigureAwait(false);
                var control = Control().Match(log);
                return Endpoint().Match(log) is { Success: true } endpoint && (control.Success || !wantsControl)
                    ? new EmulatorServer(endpoint.Value, control.Success ? int.Parse(control.Groups[1].Value, CultureInfo.InvariantCulture) : null)
                    : null;
            },
            Patience, cancellationToken).ConfigureAwait(false);
    }

    [GeneratedRegex(@"Endpoint=sb://\S+(?=\s)")]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"control on 127\.0\.0\.1:(\d+)\s")]
    private static partial Regex Control();
}
