namespace Ingest.Emulator;

/// <summary>The arguments of the stand-alone emulator.</summary>
internal sealed record CommandLine(EmulatorOptions Options, bool Help)
{
    public const string Usage = """
        Event Hubs emulator: AMQP 1.0 on 127.0.0.1 and ::1, in memory.

        usage: Ingest.Emulator [--port N] [--hub NAME[:COUNT]]... [--create-hubs] [--partition-cap MIB]

          --port N               the port; 0 takes a free one (default 5672)
          --hub NAME[:COUNT]     a hub to create, with 1-1024 partitions (default 4); may be repeated
          --create-hubs          create hubs when a client first names them
          --partition-cap MIB    memory that one partition may hold before its oldest events go (default 256)
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
                case "--help" or "-h":
                    return new CommandLine(new EmulatorOptions(), Help: true);
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
        return new CommandLine(options, Help: false);
    }

    private static HubOptions Hub(string text)
    {
        var colon = text.IndexOf(':');
        return colon < 0 ? new HubOptions(text) : new HubOptions(text[..colon], Number(text[(colon + 1)..], "--hub"));
    }

    private static string Value(IReadOnlyList<string> args, ref int index)
        => ++index < args.Count ? args[index] : throw new EmulatorException($"{args[index - 1]} needs a value.");

    private static int Number(string text, string argument)
        => int.TryParse(text, out var number) ? number : throw new EmulatorException($"{argument} needs a number, not '{text}'.");
}
