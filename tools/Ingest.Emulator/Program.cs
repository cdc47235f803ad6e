using System.Runtime.InteropServices;
using Ingest.Emulator;
using Ingest.Emulator.Control;

const int BadUsage = 2;
const int CannotRun = 3;

CommandLine arguments;
try
{
    arguments = CommandLine.Parse(args);
}
catch (EmulatorException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n\n{CommandLine.Usage}");
    return BadUsage;
}

if (arguments.Help)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    await using var emulator = await EventHubsEmulator.StartAsync(arguments.Options);
    Console.WriteLine($"listening on 127.0.0.1:{emulator.Port} {emulator.ConnectionString}");
    await using var control = arguments.ControlPort is { } port ? ControlPort.Open(emulator, port) : null;
    if (control is not null)
    {
        Console.WriteLine($"control on 127.0.0.1:{control.Port}");
    }

    await stopped.Task;
    return 0;
}
catch (EmulatorException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return CannotRun;
}

void Stop(PosixSignalContext signal)
{
    // Cancelling the signal's own effect leaves it to the clean way out of Main.
    signal.Cancel = true;
    stopped.TrySetResult();
}
