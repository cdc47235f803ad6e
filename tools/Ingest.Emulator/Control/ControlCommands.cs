using System.Globalization;

namespace Ingest.Emulator.Control;

/// <summary>The words of the control port: one line asks for one thing of <see cref="EmulatorFaults"/>, or of a hub.</summary>
internal sealed class ControlCommands(EventHubsEmulator emulator)
{
    private const string ServerBusy = "com.microsoft:server-busy";

    private const string All = "drop-connections | refuse-connections on|off | latency MILLISECONDS | clock MILLISECONDS | reject-sends COUNT [CONDITION] | "
        + "refuse-attaches COUNT [CONDITION] | refuse-tokens COUNT | deliver-twice COUNT | detach-after COUNT | "
        + "detach-receivers HUB [PARTITION] | steal HUB GROUP PARTITION | trim HUB PARTITION FIRST | clear";

    /// <summary>Does what a line asks for; what it answers begins with <c>ok</c> or <c>error</c>.</summary>
    public string Execute(string line)
    {
        try
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return words.Length == 0 ? "error: no command" : Execute(words[0], words.AsSpan(1));
        }
        catch (Exception e) when (e is EmulatorException or FormatException or OverflowException or ArgumentException)
        {
            return $"error: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    private string Execute(string command, ReadOnlySpan<string> words)
    {
        var faults = emulator.Faults;
        switch (command, words.Length)
        {
            case ("drop-connections", 0):
                return $"ok {faults.DropConnections()}";
            case ("refuse-connections", 1) when words[0] is "on" or "off":
                faults.RefuseConnections = words[0] == "on";
                return "ok";
            case ("latency", 1):
                faults.Latency = TimeSpan.FromMilliseconds(Number(words[0]));
                return "ok";
            case ("clock", 1):
                faults.ClockOffset = TimeSpan.FromMilliseconds(int.Parse(words[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
                return "ok";
            case ("reject-sends", 1 or 2):
                faults.RejectSends(Condition(words), Number(words[0]));
                return "ok";
            case ("refuse-attaches", 1 or 2):
                faults.RefuseAttaches(Condition(words), Number(words[0]));
                return "ok";
            case ("refuse-tokens", 1):
                faults.RefuseTokens(Number(words[0]));
                return "ok";
            case ("deliver-twice", 1):
                faults.DeliverTwice(Number(words[0]));
                return "ok";
            case ("detach-after", 1):
                faults.DetachAfter(Number(words[0]));
                return "ok";
            case ("detach-receivers", 1 or 2):
                return $"ok {faults.DetachReceivers(words[0], words.Length > 1 ? Number(words[1]) : null)}";
            case ("steal", 3):
                return $"ok {faults.StealPartition(words[0], words[1], Number(words[2]))}";
            case ("trim", 3):
                emulator.GetHub(words[0])[Number(words[1])].TrimTo(long.Parse(words[2], NumberStyles.None, CultureInfo.InvariantCulture));
                return "ok";
            case ("clear", 0):
                faults.Clear();
                return "ok";
            default:
                return $"error: '{command}' with {words.Length} arguments is no command; these are: {All}";
        }
    }

    private static string Condition(ReadOnlySpan<string> words) => words.Length > 1 ? words[1] : ServerBusy;

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"'{text}' is no number.");
}
