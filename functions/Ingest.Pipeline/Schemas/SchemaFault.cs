using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <summary>Why a value is not valid.</summary>
/// <param name="Code"><see cref="FaultCode.Schema"/>; <see cref="FaultCode.Malformed"/> where the text is not JSON; <see cref="FaultCode.TooLarge"/> beyond a limit.</param>
/// <param name="Detail">One sentence for a human; begins with <c>pattern-timeout</c> where a pattern took too long.</param>
/// <param name="InstanceLocation">JSON Pointer of the offending value or key; empty for the whole.</param>
/// <param name="SchemaLocation">File, #, and JSON Pointer of the keyword or schema that refuses it; empty where the text itself is the reason.</param>
public readonly record struct SchemaFault(FaultCode Code, string Detail, string InstanceLocation, string SchemaLocation)
{
    internal static SchemaFault Of(in ValidationFailure failure, ReadOnlySpan<byte> json) => new(
        failure.Code, failure.Detail, JsonPointer.Locate(json, failure.Offset), failure.Rule?.Locate(failure.Keyword) ?? "");
}
