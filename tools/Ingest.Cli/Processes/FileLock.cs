namespace Ingest.Cli.Processes;

/// <summary>Lock files in <c>.ingest</c> of the repository: one process at a time, of the command line and of the tests.</summary>
public static class FileLock
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for its turn; the lock is given back on disposal, or by the system when the process ends.</summary>
    public static async Task<FileStream> TakeAsync(string repository, string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(repository, ".ingest")).FullName, name);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // A file lock cannot be waited for in any other way.
                await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
