using System.ComponentModel.DataAnnotations;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Bounds of every lookup.</summary>
public sealed class LookupOptions
{
    /// <summary>Memory that one lookup may take, in bytes; default 64 MiB, 1 KiB–2 GiB. During a refresh the old rows stay beside the new ones.</summary>
    [Range(1024L, 2L * 1024 * 1024 * 1024)]
    public long MaxBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>How long to wait after a failed refresh; default 30 s, 1 s–1 h. Never longer than the lookup's own refresh.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(30);
}
