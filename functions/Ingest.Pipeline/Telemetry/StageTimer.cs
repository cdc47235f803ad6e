using System.Diagnostics;

namespace Ingest.Pipeline.Telemetry;

/// <summary>What a commit goes through: values of the tag <c>stage</c>, in lower case.</summary>
public enum Stage
{
    /// <summary>Routing, decoding and validating.</summary>
    Decode,

    Enrich,

    /// <summary>Building the segments and sending them, still invisible.</summary>
    Stage,

    /// <summary>Writing to tables, beside staging.</summary>
    Tables,

    /// <summary>From the last store's answer to the progress row's.</summary>
    Commit,

    /// <summary>Making the segments visible.</summary>
    Publish,
}

/// <summary>Records a stage's duration when it is disposed. Dispose once.</summary>
public readonly struct StageTimer : IDisposable
{
    private readonly IngestMeter meter;
    private readonly Stage stage;
    private readonly string hub;
    private readonly long started;

    internal StageTimer(IngestMeter meter, Stage stage, string hub)
    {
        (this.meter, this.stage, this.hub) = (meter, stage, hub);
        started = Stopwatch.GetTimestamp();
    }

    public void Dispose() => meter.Record(stage, hub, Stopwatch.GetElapsedTime(started));

    internal static string NameOf(Stage stage) => stage switch
    {
        Stage.Decode => "decode",
        Stage.Enrich => "enrich",
        Stage.Stage => "stage",
        Stage.Tables => "tables",
        Stage.Commit => "commit",
        _ => "publish",
    };
}
