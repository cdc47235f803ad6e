using System.Text;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>Where a stream's records name the device they are of.</summary>
/// <param name="Column">Column of type String, Int64 or Uuid.</param>
/// <param name="Pointer">As the user wrote it, for faults.</param>
public sealed record IdentityCheck(string Column, string Pointer);

/// <summary>
/// Refuses records of the device hub that claim another device than the one that IoT Hub authenticated, or that IoT Hub names no
/// device for. Records of other hubs have no such identity to hold against them.
/// </summary>
internal sealed class IdentityEnricher(IdentityCheck check) : IEnricher
{
    private const int MaxShown = 128;

    public bool AsksNobody => true;

    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Device.Count == 0)
        {
            return Task.CompletedTask;
        }

        Column[] claimed = [batch[check.Column]];
        var claim = new LookupKey();
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (!batch.Events.Span[batch.SourceOf(row).EventOrdinal].FromDeviceHub)
            {
                continue;
            }

            var isClaimed = claim.Read(claimed, row);
            if (!isClaimed || batch.Device.IsNull(row) || !claim.Utf8.SequenceEqual(batch.Device[row]))
            {
                batch.Exclude(row, new Fault(FaultStage.Validate, FaultCode.IdentityMismatch, Describe(batch.Device, row, isClaimed ? claim.Utf8 : default), check.Pointer));
            }
        }

        claim.Return();
        return Task.CompletedTask;
    }

    private static string Describe(BytesColumn device, int row, ReadOnlySpan<byte> claim)
    {
        var claimed = claim.IsEmpty ? "no device" : $"the device \"{Show(claim)}\"";
        return device.IsNull(row)
            ? $"The record names {claimed}, but the event carries no device id of IoT Hub."
            : $"The record names {claimed}, but IoT Hub received it from the device \"{Show(device[row])}\".";
    }

    private static string Show(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        return text.Length <= MaxShown ? text : $"{text[..MaxShown]}…";
    }
}
