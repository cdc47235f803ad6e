namespace Ingest.Cli.Processes;

/// <param name="Name">How people call it, for example "function app".</param>
/// <param name="File">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Added to this process's own.</param>
/// <param name="Log">Name of the log file in the run's folder.</param>
public sealed record ProcessToStart(string Name, string File, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Log);
