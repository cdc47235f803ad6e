namespace Ingest.Emulator;

/// <summary>The arguments of the stand-alone emulator.</summary>
/// <param name="ControlPort">Port of <see cref="Control.ControlPort"/>; null: none.</param>
internal sealed record CommandLine(EmulatorOptions Options, int? ControlPort, bool Help)
{
    public const string Usage = """
        Event Hubs emulator: AMQP 1.0 on 127.0.0.1 and ::1, in memory.

        usage: Ingest.Emulator [--port N] [--hub NAME[:COUNT]]... [--create-hubs] [--partition-cap MIB] [--control-port N]

          --port N               the port; 0 takes a free one (default 5672)
          --hub NAME[:COUNT]     a hub to create, with 1-1024 partitions (default 4); may be repeated
          --create-hubs          create hubs when a client first names them
          --partition-cap MIB    memory that one partition may hold before its oldest events go (default 256)
          --control-port N       a port that takes faults as lines of text; 0 takes a free one (default none)
        """;

    private const int DefaultPort = 5672;
    private const int DefaultCapMiB = 256;

    /// <exception cref="EmulatorException">An argument is not good.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var hubs = new List<HubOptions>();
        var port = DefaultPort;
        var createHubs = false;
        var capMiB = DefaultCapMiB;
        int? controlPort = null;
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--port":
                    port = Number(Value(args, ref i), "--port");
                    break;
                case "--hub":
                    hubs.Add(Hub(Value(args, ref i)));
                    break;
                case "--create-hubs":
                    createHubs = true;
                    break;
                case "--partition-cap":
                    capMiB = Number(Value(args, ref i), "--partition-cap");
                    break;
                case "--control-port":
                    controlPort = Port(Value(args, ref i));
                    break;
                case "--help" or "-h":
                    return new CommandLine(new EmulatorOptions(), null, Help: true);
                default:
                    throw new EmulatorException($"'{args[i]}' is not an argument of the emulator.");
            }
        }

        if (hubs.Count == 0 && !createHubs)
        {
            throw new EmulatorException("Name at least one --hub, or allow clients to create them with --create-hubs.");
        }

        var options = new EmulatorOptions { Port = port, Hubs = hubs, CreateHubsOnFirstUse = createHubs, PartitionByteCap = (long)capMiB << 20 };
        options.Check();
        return new CommandLine(options, controlPort, Help: false);
    }

    private static HubOptions Hub(string text)
    {
        var colon = text.IndexOf(':');
        return colon < 0 ? new HubOptions(text) : new HubOptions(text[..colon], Number(text[(colon + 1)..], "--hub"));
    }

    private static int Port(string text) => Number(text, "--control-port") is >= 0 and <= 65_535 and var port
        ? port
        : throw new EmulatorException($"--control-port {text} must be 0-65535.");

    private static string Value(IReadOnlyList<string> args, ref int index)
        => ++index < args.Count ? args[index] : throw new EmulatorException($"{args[index - 1]} needs a value.");

    private static int Number(string text, string argument)
        => int.TryParse(text, out var number) ? number : throw new EmulatorException($"{argument} needs a number, not '{text}'.");
}
