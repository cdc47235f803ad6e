using System.Globalization;

namespace Ingest.Cli.Chaos.Plan;

/// <summary>One thing that goes wrong.</summary>
/// <param name="At">Since the start of sending.</param>
/// <param name="Duration">How long it stays wrong; zero for what happens once.</param>
/// <param name="Target">Function app, partition or storage service (0 blobs, 1 tables, 2 both), counted from 0.</param>
/// <param name="Amount">Events, messages, milliseconds (a clock's may be negative); of storage faults, every how many requests are hit.</param>
public sealed record ChaosAction(TimeSpan At, ChaosKind Kind, TimeSpan Duration, int Target, int Amount)
{
    private static readonly string[] Services = ["blobs", "tables", "blobs and tables"];

    public bool KillsApp => Kind is ChaosKind.KillApp or ChaosKind.TerminateApp;

    public bool IsStorageFault => Kind is >= ChaosKind.StorageDelay and <= ChaosKind.Outage;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At:mm\\:ss\\.f} {Describe()}");

    private string Describe()
    {
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{Duration.TotalSeconds:0.0} s");
        return Kind switch
        {
            ChaosKind.KillApp => $"SIGKILL to app {Target}, started again after {seconds}",
            ChaosKind.TerminateApp => $"SIGTERM to app {Target}, started again after {seconds}",
            ChaosKind.PauseApp => $"SIGSTOP to app {Target} for {seconds}",
            ChaosKind.DropConnections => "reset every connection to the hub",
            ChaosKind.HubDown => $"hub down for {seconds}",
            ChaosKind.HubLatency => $"hub late by {Amount} ms for {seconds}",
            ChaosKind.HubClock => $"hub's clock off by {Amount} ms for {seconds}",
            ChaosKind.StealPartition => $"steal partition {Target}",
            ChaosKind.DeliverTwice => $"deliver {Amount} events twice",
            ChaosKind.RejectSends => $"reject {Amount} sends",
            ChaosKind.DetachReceivers => "detach every receiver",
            ChaosKind.RefuseAttaches => $"refuse {Amount} links",
            ChaosKind.StorageDelay => $"{Services[Target]}: every {Amount}. request late for {seconds}",
            ChaosKind.StorageThrottle => $"{Services[Target]}: every {Amount}. request throttled for {seconds}",
            ChaosKind.StorageAnswerLost => $"{Services[Target]}: every {Amount}. answer lost for {seconds}",
            ChaosKind.StorageRequestLost => $"{Services[Target]}: every {Amount}. request lost for {seconds}",
            ChaosKind.StorageLateRequest => $"{Services[Target]}: every {Amount}. request carried out after its connection for {seconds}",
            ChaosKind.StorageSilent => $"{Services[Target]}: every {Amount}. request never answered for {seconds}",
            ChaosKind.FunctionTimeout => $"{Services[Target]} never answer for {seconds}, longer than functions may run",
            ChaosKind.StorageDown => $"{Services[Target]} down for {seconds}",
            _ => $"everything down for {seconds}",
        };
    }
}
